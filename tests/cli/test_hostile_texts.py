"""What the provider or a contact has written: harmless in every file and table, and without the key."""

import json
from pathlib import Path
from zipfile import ZipFile

import polars as pl
import pytest

from tests.support.cli.constants import KEY, SESSION
from validator.tables import defused

FORMULAS = [
    '=HYPERLINK("http://example.org","click")',
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-2+3+cmd|' /C calc'!A0",
    "\uff1d1+1",
    " =1+1",
]
QUOTES = [KEY, f"Ann {KEY}", f"{'x' * 990}{KEY}", f"{KEY}@s.whatsapp.net", f"k:{KEY};"]


class Provider:
    """Says one text wherever a provider may say something of its own."""

    def __init__(self, text):
        self.text = text

    async def __call__(self, scope, _receive, send):
        body = json.dumps(self.answer(scope["path"].split("/"))).encode()
        headers = [(b"content-type", b"application/json"), (b"x-request-id", KEY.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def answer(self, parts):
        session = {
            "id": SESSION,
            "status": "connected",
            "name": self.text,
            "phone_number": self.text,
            "last_seen_at": self.text,
        }
        contact = {
            "phone": self.text,
            "name": self.text,
            "is_whatsapp_user": True,
            "profile_picture_url": self.text,
        }
        match parts[-1]:
            case "sessions":
                return {"data": [session]}
            case "check":
                return {"phone": parts[-2], "is_whatsapp_user": True, "whatsapp_id": self.text}
            case "contacts":
                return {"data": [contact], "meta": {"total": 1}}
            case _:
                return session


@pytest.fixture
def saying(provider, stage):
    def say(text):
        provider()
        stage[0].app = Provider(text)

    return say


@pytest.mark.parametrize("words", [["contacts"], ["contacts", "-o", "c.csv"]])
def test_contacts_that_come_short_are_an_error_with_both_numbers(saying, run, stage, words, files):
    saying("+447400123456")
    answer = stage[0].app.answer
    stage[0].app.answer = lambda parts: answer(parts) | {"meta": {"total": 450}}

    done = run(*words)

    assert (done.code, done.out, files()) == (5, "", [])
    assert "lists 450 contacts, and 1 came" in done.err


@pytest.mark.slow
def test_a_check_goes_on_with_the_contacts_that_came(saying, run, stage, listed):
    saying("+447400123456")
    answer = stage[0].app.answer
    stage[0].app.answer = lambda parts: (
        answer(parts) | {"meta": {"total": 450}, "whatsapp_id": None}
        if "contacts" in parts
        else answer(parts)
    )

    done = run(
        "check", listed("phone\n+447400123456\n+447400123457\n"), "--contacts", "--no-canaries", "--json"
    )

    assert (done.code, done.json["sources"]) == (0, {"api": 1, "contacts": 1})
    assert "lists 450 contacts, and 1 came" in done.err


def is_harmless(text):
    return pl.select(defused(pl.lit(text))).item() == text


@pytest.mark.parametrize("text", FORMULAS)
def test_no_formula_comes_to_life(saying, run, text):
    saying(text)

    assert run("contacts", "-o", "contacts.csv").code == 0

    cells = pl.read_csv("contacts.csv", infer_schema=False).row(0)
    assert all(is_harmless(cell) for cell in cells)
    assert any(text.strip() in cell for cell in cells)
    for words in (["contacts"], ["sessions"]):
        printed = run(*words).out.splitlines()[1].split("\t")
        assert all(is_harmless(cell.strip('"').replace('""', '"')) for cell in printed)


@pytest.mark.parametrize("text", FORMULAS)
def test_contacts_in_a_workbook_are_texts(saying, run, text):
    saying(text)

    assert run("contacts", "-o", "contacts.xlsx").code == 0

    sheet = ZipFile("contacts.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet


@pytest.mark.slow
@pytest.mark.parametrize("text", QUOTES)
@pytest.mark.parametrize(
    "words",
    [
        ["contacts", "-o", "c.csv"],
        ["contacts", "-o", "c.parquet"],
        ["contacts", "-o", "c.ndjson"],
        ["contacts"],
        ["contacts", "--json"],
        ["sessions"],
        ["sessions", "--json"],
        ["lookup", "+447400123456", "-v", "--retries", "0", "--no-canaries"],
        ["doctor", "--json"],
        [
            "check",
            "leads.csv",
            "-v",
            "--retries",
            "0",
            "--report",
            "r.html",
            "--summary",
            "s.json",
            "--sendable",
            "send.csv",
        ],
    ],
    ids=lambda words: " ".join(words[:3]),
)
def test_a_key_that_the_provider_repeats_is_written_nowhere(*, saying, run, listed, tmp_path, text, words):
    saying(text)
    listed("phone\n+447400123456\n+447400123457\n")

    run(*words)  # which sees that the key is not in what was printed

    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in written if KEY.encode() in path.read_bytes()]
    assert not [path for path in Path().rglob("*.parquet") if KEY in str(pl.read_parquet(path).rows())]
