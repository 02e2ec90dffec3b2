"""Common answers are read by an expression, and all others by h11: never with different results."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.http.answers import cut, made_of
from tests.support.http.loopback import http
from validator.http.answer import AnswerReader
from validator.http.common_answer import CommonReader, Unread, read_common
from validator.http.reply import READ_BYTES

CAP_BYTES = 100
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

COMMON = {
    "by length": http(b'{"used": 3}', "Content-Type: application/json", "X-RateLimit-Limit: 300"),
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}",
    "empty": http(b"", status="429 Too Many Requests"),
    "kept alive": http(b"{}", "Connection: Keep-Alive", "Keep-Alive: timeout=5"),
    "blanks": b"HTTP/1.1 200 OK\r\nContent-Length:\t2 \r\nX-None:\r\nX-Two: a\tb \xe9\r\n\r\n{}",
    "chunks": CHUNKED + b"3\r\nwho\r\nA\r\n0123456789\r\n0\r\n\r\n",
    "no chunk": CHUNKED + b"0\r\n\r\n",
    "identity": http(b"{}", "Content-Encoding: identity"),
}
UNCOMMON = {
    "repeated headers": http(b"{}", "X-A: 1", "x-a: 2"),
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
    "one bare line feed": b"HTTP/1.1 200 OK\r\nContent-Length: 2\nX-A: 1\r\n\r\n{}",
    "blank line of a bare line feed": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\n{}",
    "folded": http(b"{}", "X-A: 1\r\n 2"),
    "interim": b"HTTP/1.1 103 Early Hints\r\n\r\n" + http(b"{}"),
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "not modified": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}",
    "until the end": b"HTTP/1.1 200 OK\r\n\r\nwhole",
    "closes": http(b"{}", "Connection: close"),
    "closes among others": http(b"{}", "Connection: keep-alive, close"),
    "other connection": http(b"{}", "Connection: x"),
    "two framings": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "the same length twice": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}",
    "a length in other digits": b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n{}",
    "other coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "coding in capitals": CHUNKED.replace(b"chunked", b"CHUNKED") + b"2\r\n{}\r\n0\r\n\r\n",
    "chunk extension": CHUNKED + b"2;x=y\r\n{}\r\n0\r\n\r\n",
    "blank after a chunk's length": CHUNKED + b"2 \r\n{}\r\n0\r\n\r\n",
    "chunk too long": CHUNKED + b"1\r\n{}\r\n",
    "trailer": CHUNKED + b"2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n",
    "compressed": http(b"\x1f\x8b", "Content-Encoding: gzip"),
    "above the cap": http(b" " * (CAP_BYTES + 1)),
    "above the cap in chunks": CHUNKED + b"65\r\n" + b" " * (CAP_BYTES + 1) + b"\r\n0\r\n\r\n",
    "control in a header": http(b"{}", "X-A: \x01"),
    "no header": b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
    "no HTTP": b"SSH-2.0-OpenSSH\r\n\r\n",
    "line before": b"\r\n" + http(b"{}"),
}
FLOODS = {
    "head": b"HTTP/1.1 200 OK\r\nX: " + b"x" * READ_BYTES,
    "body": http(b" " * READ_BYTES),
}


def assert_alike(said, *places):
    pieces = cut(said, places)
    assert made_of(CommonReader(CAP_BYTES), pieces) == made_of(AnswerReader(CAP_BYTES), pieces)


@pytest.mark.parametrize("said", COMMON.values(), ids=COMMON)
def test_common_answers_are_read_by_the_expression(said):
    assert not isinstance(read_common(said, CAP_BYTES), Unread)


@pytest.mark.parametrize("said", UNCOMMON.values(), ids=UNCOMMON)
def test_other_answers_are_left_to_h11(said):
    assert read_common(said, CAP_BYTES) is Unread.UNCOMMON


@pytest.mark.parametrize("surplus", [b"", b"\r\n", http(b"unasked")], ids=["alone", "line", "answer"])
@pytest.mark.parametrize("said", [*COMMON.values(), *UNCOMMON.values()], ids=[*COMMON, *UNCOMMON])
def test_an_answer_is_the_same_wherever_it_is_cut_and_however_early_it_ends(said, surplus):
    whole = said + surplus
    for place in range(len(whole) + 1):
        assert_alike(whole, place)
        assert_alike(whole[:place])
    assert_alike(whole, *range(len(whole)))


@pytest.mark.parametrize("said", FLOODS.values(), ids=FLOODS)
@pytest.mark.parametrize("step", [1_000, 60_000, 100_000])
def test_what_is_long_is_the_same_in_pieces(said, step):
    assert_alike(said, *range(0, len(said), step))


NAMES = (
    *(b"Content-Length", b"Transfer-Encoding", b"Connection", b"content-encoding"),
    *(b"X-A", b"x-a", b"Date", b""),
)
VALUES = (
    *(b"2", b"02", b"3", b"2, 2", b"chunked", b"Chunked", b"close", b"keep-alive", b"identity", b"gzip"),
    *(b" a\tb ", b"", b"\xe9", b"\x00", b"\x7f", b"\x0b", b"\x85"),
)
LINE_ENDS = st.sampled_from([b"\r\n"] * 8 + [b"\n", b"\r"])
COLONS = st.sampled_from([b":", b": ", b" :"])
HEADERS = st.lists(
    st.tuples(st.sampled_from(NAMES), COLONS, st.sampled_from(VALUES) | st.binary(max_size=4), LINE_ENDS),
    max_size=4,
)
STATUS_LINES = st.sampled_from(
    (
        *(b"HTTP/1.1 200 OK", b"HTTP/1.1 200", b"HTTP/1.1 200 ", b"HTTP/1.1 429 Too Many"),
        *(b"HTTP/1.1 103 Hints", b"HTTP/1.1 204 No", b"HTTP/1.0 200 OK", b"HTTP/1.1 999 x"),
        *(b"HTTP/1.1 099 x", b"HTTP/1.1 2000 x"),
    )
)
BODY_PARTS = (
    *(b"{}", b"2\r\n", b"0\r\n", b"\r\n", b"{}\r\n", b"0", b"ff\r\n", b";x", b"\n"),
    b" " * (CAP_BYTES + 1),
)
BODIES = st.lists(st.sampled_from(BODY_PARTS), max_size=5).map(b"".join)


@st.composite
def answers(draw):
    head = draw(STATUS_LINES) + draw(LINE_ENDS)
    for field in draw(HEADERS):
        head += b"".join(field)
    framing = draw(st.sampled_from([b"Content-Length: 2\r\n", b"Transfer-Encoding: chunked\r\n", b""]))
    return head + framing + draw(LINE_ENDS) + draw(BODIES)


@pytest.mark.slow
@given(said=answers(), places=st.lists(st.integers(0, 150), max_size=4))
@example(said=http(b"{}", "X-A: 1", "X-A: 2"), places=[])
@example(said=b"HTTP/1.1 200 OK\nX-A: 1\n\n", places=[17])
def test_answers_of_any_kind_are_read_alike(said, places):
    assert_alike(said, *places)


@pytest.mark.slow
@given(st.sampled_from([*COMMON.values()]), st.data())
def test_a_common_answer_with_a_byte_changed_is_read_alike(said, data):
    place = data.draw(st.integers(0, len(said) - 1))
    changed = data.draw(st.binary(max_size=2))
    assert_alike(said[:place] + changed + said[place + 1 :], data.draw(st.integers(0, len(said))))
