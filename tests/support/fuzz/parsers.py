"""What is fuzzed: for each parser its seeds, the tokens of its language, and what holds for any input."""

import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tests.support.fuzz.mutation import mutated
from tests.support.http.answers import cut, made_of
from validator.errors import ApiError, FileError
from validator.http.answer import AnswerReader
from validator.http.common_answer import CommonReader
from validator.http.rate_headers import MAX_LIMIT
from validator.http.reply import Reply
from validator.http.retry_after import MAX_WAIT_S
from validator.model import Number
from validator.phone import Accept, looks_like_phones, normalise
from validator.sendapi import Registration, read_rates
from validator.sendapi.envelope import understand
from validator.sendapi.reading import contacts_in, registration_in, session_in, sessions_in, usage_in
from validator.tables import open_table, writing

NUMBER = Number.parse("+447700900000")
NOW = 1_763_900_000.0


@dataclass(frozen=True, kw_only=True)
class Parser:
    """A parser under test.

    Attributes:
        name: what it reads.
        seeds: inputs it reads well.
        tokens: what its language is made of.
        few: inputs in the short form.
        at_once: inputs it is fed together.
        feed: feeds it some inputs; raises whatever it should not, `AssertionError` where the result is wrong.
    """

    name: str
    seeds: Sequence[bytes]
    tokens: Sequence[bytes]
    few: int
    at_once: int = 1
    feed: Callable[[Sequence[bytes], random.Random, Path], None]

    def draw(self, rng):
        return [mutated(self.seeds, self.tokens, rng) for _ in range(self.at_once)]


# Bodies of answers

READERS = (
    lambda answer: registration_in(answer, NUMBER),
    contacts_in,
    sessions_in,
    session_in,
    usage_in,
)


def feed_body(inputs, rng, folder):
    for body in inputs:
        reply = Reply(status=rng.choice([200, 200, 200, 302, 400, 401, 422, 429, 500]), headers={}, body=body)
        try:
            reply_read = rng.choice(READERS)(understand(reply, NOW))
        except ApiError as error:
            check_message(str(error))
        else:
            if isinstance(reply_read, Registration):
                check_registration(reply_read, json.loads(body))


def check_message(said):
    assert said.isprintable()
    assert len(said) < 700
    assert "447700900000" not in said


def check_registration(reply_read, body):
    """A verdict is exactly what another reader finds in the same bytes."""
    body = body.get("data", body)
    assert body["is_whatsapp_user"] is reply_read.is_whatsapp_user
    assert "".join(char for char in str(body["phone"]) if char in "0123456789") == "447700900000"
    assert reply_read.whatsapp_id == (body.get("whatsapp_id") or None)
    assert reply_read.whatsapp_id is None or (
        reply_read.whatsapp_id.isascii() and reply_read.whatsapp_id.isprintable()
    )


BODIES = Parser(
    name="JSON bodies",
    feed=feed_body,
    few=2_000,
    seeds=[
        b'{"phone": "+447700900000", "is_whatsapp_user": true, "whatsapp_id": "447700900000@s.whatsapp.net"}',
        b'{"success": true, "data": {"phone": 447700900000, "is_whatsapp_user": false, "whatsapp_id": null}}',
        b'{"data": [{"phone": "+447700900000", "name": "\\u00e9 \\ud83d\\ude00", "is_whatsapp_user": true}]}',
        b'{"data": [{"phone": "1@lid"}, {"phone": null}], "meta": {"total": 1, "page": 1, "per_page": 25}}',
        b'{"data": [{"id": 7, "name": "x", "status": "connected", "phone_number": "+447700900000"}]}',
        b'{"data": {"id": "7", "status": "connected", "message_count": 5, "created_at": null}, "meta": {}}',
        b'{"id": "sess_1", "status": "pending", "last_seen_at": "2026-W10-1T14:30+01:00"}',
        b'{"success": false, "error": {"type": "rate_limit_exceeded", "message": "Wait.", "code": 4029}}',
        b'{"error": {"type": "rate_limit_error", "request_id": "req_1", "retry_after": 5, "param": "phone"}}',
        b'{"error": {"message": "Session +447700900000 is not connected"}, "meta": {"request_id": "req_2"}}',
        b'{"statusCode": 500, "exception": {"message": "rate-overlimit", "data": 429}}',
        b"<html><h1>502</h1></html>",
        b"null",
    ],
    tokens=[
        *(b'"phone"', b'"is_whatsapp_user"', b'"data"', b'"error"', b'"success"', b'"code"', b'"message"'),
        *(b'"whatsapp_id"', b'"meta"', b'"type"', b'"retry_after"', b'"request_id"', b'"id"', b'"status"'),
        *(b"{", b"}", b"[", b"]", b":", b",", b'"', b"\\", b"\\u0000", b"\\ud800", b"\\u202e", b"null"),
        *(b"true", b"false", b"NaN", b"-Infinity", b"1e999", b"-0", b'""', b"{}", b"[]", b"4001", b'"true"'),
        *(
            b"session ",
            b"not connected ",
            b"+44 7700 900000",
            b"sk_live_abcdef",
            b"[" * 2_000,
            b'{"a":' * 900,
        ),
    ],
)


# Header fields about rates


def feed_headers(inputs, rng, folder):
    for text in inputs:
        pairs = (line.partition(":")[::2] for line in text.decode("latin-1").split("\r\n"))
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        check_notice(read_rates(headers, {"retry_after": headers.get("x-body")}, wall_now=NOW))


def check_notice(notice):
    waits = [notice.retry_after_s, *(window.reset_s for window in notice.windows)]
    counts = [count for window in notice.windows for count in (window.limit, window.remaining)]
    assert all(0 <= wait <= MAX_WAIT_S for wait in waits if wait is not None)
    assert all(0 <= count <= MAX_LIMIT and isinstance(count, int) for count in counts if count is not None)
    assert all(1 <= window.window_s <= MAX_WAIT_S for window in notice.windows)
    assert len(notice.windows) < 1_000
    assert notice.sent_at_s is None or math.isfinite(notice.sent_at_s)


HEADERS = Parser(
    name="rate headers",
    feed=feed_headers,
    few=3_000,
    seeds=[
        b"X-RateLimit-Limit: 60\r\nX-RateLimit-Remaining: 59\r\nX-RateLimit-Reset: 1763900060",
        b"RateLimit-Limit: 60, 60;w=60\r\nRateLimit-Remaining: 0\r\nRateLimit-Reset: 30\r\nRetry-After: 30",
        b'RateLimit-Policy: "burst";q=100;w=60,"daily";q=1000;w=86400\r\nRateLimit: "burst";r=50;t=30',
        b'RateLimit-Policy: "bytes";q=65535;qu="content-bytes";w=10\r\nRateLimit: "bytes";r=5',
        b"RateLimit: limit=10, remaining=4, reset=1\r\nRateLimit-Policy: 100;w=60, 1000;w=3600",
        b"Retry-After: Wed, 26 Nov 2026 05:13:06 GMT\r\nDate: Wed, 26 Nov 2026 05:12:06 GMT",
        b"Date: Sunday, 06-Nov-94 08:49:37 GMT\r\nX-RateLimit-Reset: 1763900060000",
        b"Retry-After: 1.5\r\nX-Body: 7\r\nDate: Sun Nov  6 08:49:37 1994",
    ],
    tokens=[
        *(b'"', b'\\"', b";", b",", b"=", b";q=", b";w=", b";r=", b";t=", b";qu=", b"\r\n", b": ", b"?1"),
        *(b"Date: ", b"Retry-After: ", b"X-RateLimit-Reset: ", b"RateLimit: ", b"RateLimit-Policy: "),
        *(
            b"GMT",
            b"+9999",
            b"-0000",
            b"Feb 30",
            b"31 Dec 9999 23:59:60",
            b"1 Jan 0001",
            b":::",
            b"inf",
            b"nan",
        ),
    ],
)


# Answers as they come over the wire


CAP_BYTES = 1_000


def feed_wire(inputs, rng, folder):
    """Read each in pieces, by the expression for common answers and by h11: they agree."""
    for said in inputs:
        pieces = cut(said, [rng.randrange(len(said) + 1) for _ in range(rng.randrange(4))])
        found = made_of(CommonReader(CAP_BYTES), pieces)
        assert found == made_of(AnswerReader(CAP_BYTES), pieces)
        if isinstance(found[1], Reply):
            assert 200 <= found[1].status < 1_000
            assert len(found[1].body or b"") <= min(len(said), CAP_BYTES)


WIRE = Parser(
    name="HTTP answers",
    feed=feed_wire,
    few=1_250,
    seeds=[
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"used": 123}',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nwho\r\n2;x=y\r\nle\r\n0\r\nX: 1\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.invalid/\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 429 Too Many\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    ],
    tokens=[
        *(
            b"\r\n",
            b"\r\n\r\n",
            b"\n",
            b": ",
            b";",
            b",",
            b"0\r\n\r\n",
            b"ffffffff\r\n",
            b"-1\r\n",
            b"0x5\r\n",
        ),
        *(b"HTTP/1.1 ", b"HTTP/1.0 ", b"HTTP/2 ", b"100 ", b"101 ", b"204 ", b"304 ", b"000 ", b"999 "),
        *(
            b"Content-Length: ",
            b"Transfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: gzip\r\n",
            b" folded\r\n",
        ),
        *(
            b"Connection: close\r\n",
            b"Connection: keep-alive\r\n",
            b"Content-Length: 5, 5\r\n",
            b"\x0b",
            b"\x85",
        ),
    ],
)


# Cells that may hold phone numbers


def feed_cells(inputs, rng, folder):
    cells = pl.Series([cell.decode("utf-8", "replace") for cell in inputs])
    region = rng.choice([None, "GB", "BR", "US", "DE", "IN", "MX"])
    accept = rng.choice(list(Accept))
    found = normalise(cells, region, accept=accept)
    assert found.height == len(inputs)
    number, reason = found["number"], found["reason"]
    assert (number.is_null() != reason.is_null()).all()
    assert number.drop_nulls().is_between(10**6, 10**15 - 1).all()
    assert 0 <= looks_like_phones(cells, region) <= 1


CELLS = Parser(
    name="phone cells",
    feed=feed_cells,
    few=2_000,
    at_once=2_000,
    seeds=[
        *(b"+44 7700 900000", b"07700 900000", b"(020) 7946-0000", b"447700900000", b"0044 7700 900000"),
        *(
            b"4.4770E+11",
            b"447700900000.0",
            b"tel:+44-7700-900000;ext=5",
            b"https://wa.me/447700900000?text=hi",
        ),
        *(
            b"447700900000@s.whatsapp.net",
            b"+44 7700 900000 / 07700 900001",
            b"=447700900000",
            b"'+447700900000",
        ),
        *(
            "٠٧٧٠٠٩٠٠٠٠٠".encode(),
            "\uff0b\uff14\uff14\uff17\uff17\uff10\uff10\uff19\uff10\uff10\uff10\uff10\uff10\uff10".encode(),
            b"+1 (555) 010-0000 x12",
            b"n/a",
            b"",
            b"-",
        ),
        *(b"whatsapp://send?phone=%2B447700900000", b"Ann <+447700900000>", b"+55 (11) 98765-4321", b"+++"),
    ],
    tokens=[
        *(
            b"+",
            b"00",
            b"(0)",
            b"(",
            b")",
            b"-",
            b".",
            b"/",
            b";ext=",
            b" x",
            b"@lid",
            b"tel:",
            b"wa.me/",
            b"E+11",
        ),
        *(
            b"%2B",
            b"\\u202a",
            "\u200e".encode(),
            "\u00a0".encode(),
            "\u2013".encode(),
            b"1-800-FLOWERS",
            b"0" * 30,
        ),
    ],
)


# Lists as CSV files


def feed_file(inputs, rng, folder):
    path, copy = folder / "list.csv", folder / "copy.csv"
    for content in inputs:
        path.write_bytes(content)
        try:
            table = open_table(path)
            table.sample()
            rows = pl.concat([pl.DataFrame(schema=table.schema), *table.batches()])
        except FileError as error:
            check_line(str(error))
            continue
        assert rows.columns == list(table.header)
        if is_recognized(table) and content.lstrip() == content and rng.random() < 0.2:
            assert_same_when_written(copy, table, rows)


def is_recognized(table):
    """Whether a copy says by itself how it is read: the writer leaves blank lines and idle quotes out.

    What a guessed encoding spells at the beginning may look like another one's byte order mark, and what
    follows blank lines like another kind of file. Apostrophes in a header are quotes, unless a double one
    stands somewhere.
    """
    looks_quoted = table.dialect.quote == '"' and table.layout.header_record.startswith("'")
    return not looks_quoted and (table.encoding.codec == "utf-8" or bool(table.encoding.bom))


def check_line(said):
    assert said.isprintable(), said
    assert len(said) < 1_000, said


def assert_same_when_written(copy, table, rows):
    with copy.open("wb") as out, writing(out, schema=table.schema, like=table) as writer:
        writer.write(rows)
    again = open_table(copy)
    found = pl.concat([pl.DataFrame(schema=again.schema), *again.batches()])
    assert found.rows() == rows.rows()


FILES = Parser(
    name="CSV files",
    feed=feed_file,
    few=350,
    seeds=[
        b"name,phone\nAnn,+447700900000\nBob,07700 900001\n",
        b'"name";"phone"\r\n"A ""nn""; Co";"+447700900000"\r\n\r\n;\r\n',
        b"\xef\xbb\xbfphone\tname\n+447700900000\tAnn\n",
        "phone,näme\n+447700900000,Zoë\n".encode("utf-16"),
        "phone|näme\n+447700900000|Zoë\n".encode("cp1252"),
        b"+447700900000\n+447700900001\n",
        b'sep=;\r\na;b;a;\r\n1;"2\n3";4;\r\n',
        b"a,b\r1,2\r3,4\r",
        b"'id','phone'\n'1','+44'\n",
        b"\n\n a , b \n 1 , 2 \n",
    ],
    tokens=[
        *(
            b",",
            b";",
            b"\t",
            b"|",
            b'"',
            b'""',
            b"'",
            b"\n",
            b"\r\n",
            b"\r",
            b'",',
            b'"\n',
            b"sep=,\n",
            b",,,,",
        ),
        *(
            b"\xe9",
            b"\x80",
            "é".encode(),
            b"+447700900000",
            b'"' + b"x" * 5_000 + b'"',
            b"\0",
            b"\x1f\x8b",
            b"PK\x03\x04",
        ),
    ],
)

PARSERS = (BODIES, HEADERS, WIRE, CELLS, FILES)
