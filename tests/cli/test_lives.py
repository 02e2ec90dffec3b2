"""How long each kind of answer holds, from the command line to the calls that a run makes."""

import csv
import time
from datetime import datetime
from pathlib import Path

import pytest

from validator.ledger import open_ledger, read
from validator.model import Number, Outcome, Reason, Verdict

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NO = (Verdict.NOT_REGISTERED, Reason.NOT_ON_WHATSAPP)
INVALID = (Verdict.INVALID, Reason.REJECTED_BY_PROVIDER)
UNKNOWN = (Verdict.UNKNOWN, Reason.TIMEOUT)

# What the ledger knows before the run: verdict, reason and age of each fact, in the order it was found out.
PAST = {
    "yes, 29 days": [(Verdict.REGISTERED, None, 29 * DAY_MS)],
    "yes, 31 days": [(Verdict.REGISTERED, None, 31 * DAY_MS)],
    "no, 6 days": [(*NO, 6 * DAY_MS)],
    "no, 8 days": [(*NO, 8 * DAY_MS)],
    "invalid, 6 days": [(*INVALID, 6 * DAY_MS)],
    "invalid, 8 days": [(*INVALID, 8 * DAY_MS)],
    "unknown, an hour": [(*UNKNOWN, HOUR_MS)],
    "yes, 29 days, then unknown": [(Verdict.REGISTERED, None, 29 * DAY_MS), (*UNKNOWN, HOUR_MS)],
    "yes, 31 days, then unknown": [(Verdict.REGISTERED, None, 31 * DAY_MS), (*UNKNOWN, HOUR_MS)],
    "nothing": [],
}
# Ordinary numbers of the sandbox.
NUMBERS = {name: f"+4477009000{place}" for place, name in enumerate(PAST, start=30)}


@pytest.fixture
def asked(check, provider, ledger_path):
    """Run a check over everybody; return whom it has asked."""
    app, now_ms = provider(), int(time.time() * 1000)
    with open_ledger(ledger_path, holder="pytest") as ledger:
        for name, facts in PAST.items():
            for verdict, reason, age_ms in facts:
                ledger.record(
                    Outcome(
                        number=Number.parse(NUMBERS[name]),
                        verdict=verdict,
                        reason=reason,
                        checked_at_ms=now_ms - age_ms,
                        session="sess_a",
                    )
                )

    def run(*options):
        app.log.clear()
        check("-o", "out.csv", *options, content="phone\n" + "\n".join(NUMBERS.values()) + "\n")
        return {name for name, number in NUMBERS.items() if app.log.calls(number)}

    return run


EXPIRED = {"yes, 31 days", "no, 8 days", "invalid, 8 days"}
IN_VAIN = {"unknown, an hour", "yes, 31 days, then unknown"}


@pytest.mark.parametrize(
    ("options", "whom"),
    [
        ("", EXPIRED | IN_VAIN | {"nothing"}),
        ("--max-age 60d", {"unknown, an hour", "nothing"}),
        ("--max-age 0", set(PAST)),
        (
            "--max-age yes=1d,no=60d",
            set(PAST) - {"no, 6 days", "no, 8 days", "invalid, 6 days", "invalid, 8 days"},
        ),
        ("--max-age no=1d", EXPIRED | IN_VAIN | {"nothing", "no, 6 days", "invalid, 6 days"}),
        ("--max-age unknown=2h", EXPIRED | {"nothing"}),
        ("--max-age unknown=30min", EXPIRED | IN_VAIN | {"nothing"}),
        ("--refresh", set(PAST)),
        ("--only unknown", IN_VAIN),
        ("--only unknown --max-age unknown=2h", set()),
    ],
)
def test_a_run_asks_whom_it_should(asked, options, whom):
    assert asked(*options.split()) == whom


@pytest.mark.parametrize("options", [("--refresh",), ("--max-age", "0")])
def test_only_failures_and_no_earlier_answer_contradict_each_other(check, provider, files, options):
    app = provider()

    done = check("--only", "unknown", *options)

    assert (done.code, app.log.checks, files()) == (2, 0, ["leads.csv"])
    assert "--only unknown needs earlier answers; leave out --refresh (--max-age 0)" in done.err


def test_what_holds_is_written_as_it_was_found_out(asked, ledger_path):
    asked("--only", "unknown")
    with read(ledger_path) as reader:
        times_ms = {f"+{row.number}": row.checked_at_ms for rows in reader.known() for row in rows}
    with Path("out.csv").open(newline="", encoding="utf-8") as file:
        rows = dict(zip(PAST, csv.DictReader(file), strict=True))

    holding = {"yes, 29 days": "registered", "no, 6 days": "not_registered", "invalid, 6 days": "invalid"}
    for name, verdict in (holding | {"yes, 29 days, then unknown": "registered"}).items():
        at_ms = datetime.fromisoformat(rows[name]["checked_at"]).timestamp() * 1000
        assert (rows[name]["verdict"], round(at_ms)) == (verdict, times_ms[NUMBERS[name]])
    # An answer that has expired is not passed off as one.
    for name in EXPIRED:
        assert (rows[name]["verdict"], rows[name]["reason"]) == ("unknown", "not_checked")


def test_what_was_found_out_holds_from_then_on(asked):
    assert len(asked()) == 6
    assert asked() == set()


# Ten years, and as an unknown beside an answer that still holds.
AHEAD_MS = 3_650 * DAY_MS


@pytest.mark.parametrize("fact", [(Verdict.REGISTERED, None), NO, INVALID, UNKNOWN], ids=lambda fact: fact[0])
def test_an_answer_from_the_future_is_stale_and_that_is_said(check, provider, ledger_path, run, fact):
    app, now_ms = provider(), int(time.time() * 1000)
    verdict, reason = fact
    number, late = NUMBERS["nothing"], Number.parse(NUMBERS["yes, 29 days"])
    with open_ledger(ledger_path, holder="pytest") as ledger:
        for place, ahead_ms in ((Number.parse(number), AHEAD_MS), (late, DAY_MS // 2)):
            ledger.record(
                Outcome(number=place, verdict=verdict, reason=reason, checked_at_ms=now_ms + ahead_ms)
            )

    assert "in the future" in "".join(str(row) for row in run("ledger", "stats").out)
    done = check("-o", "out.csv", "--max-age", "30d", content=f"phone\n{number}\n+{int(late)}\n")

    assert app.log.calls(number) == 1
    assert app.log.calls(f"+{int(late)}") == 0
    assert verdict is Verdict.UNKNOWN or "1 answers of the ledger bear a time in the future" in done.err
    assert "in the future" not in run("ledger", "stats").out


def test_answers_from_the_future_are_found_by_doctor_and_forgotten_by_purge(provider, ledger_path, run):
    provider()
    with open_ledger(ledger_path, holder="pytest") as ledger:
        at_ms = int(time.time() * 1000) + AHEAD_MS
        number = Number.parse(NUMBERS["nothing"])
        ledger.record(Outcome(number=number, verdict=Verdict.REGISTERED, checked_at_ms=at_ms))

    assert "1 answers have a time in the future" in run("doctor").out
    assert run("ledger", "purge", "--older-than", "30d", "--yes").code == 0
    with read(ledger_path) as ledger:
        assert ledger.numbers() == 0
