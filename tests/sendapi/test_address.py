import pytest

from validator.errors import UsageError


@pytest.mark.parametrize("session_id", ["", "a b", "a/b", "a?b", "a&page=2", "../x", "ä", "x" * 129, "a\n"])
@pytest.mark.anyio
async def test_a_session_id_that_could_change_the_url_is_refused_unsent(answering, session_id):
    client = answering(lambda _: pytest.fail("sent"))

    for call in (
        lambda: client.whatsapp.contacts.check("+447700900000", session_id=session_id),
        lambda: client.whatsapp.contacts.list(session_id=session_id),
        lambda: client.whatsapp.sessions.get(session_id),
    ):
        with pytest.raises(UsageError, match=r"session id .* cannot be right"):
            await call()


@pytest.mark.parametrize(
    "phone", ["447700900000", "+44 7700 900000", "", "+", "+0447700900000", "+44770090000\uff10"]
)
@pytest.mark.anyio
async def test_a_phone_not_in_e164_is_refused_unsent_and_not_repeated(answering, phone):
    client = answering(lambda _: pytest.fail("sent"))

    with pytest.raises(UsageError, match=r"not in E\.164") as refused:
        await client.whatsapp.contacts.check(phone, session_id="sess_1")

    assert "7700 900000" not in str(refused.value)
    assert "write it as +447700900000" in str(refused.value)


@pytest.mark.parametrize(
    ("bounds", "flaw"),
    [
        ({"page": 0}, "page 0 does not exist"),
        ({"per_page": 0}, "per_page 0"),
        ({"per_page": 101}, "per_page 101"),
    ],
)
@pytest.mark.anyio
async def test_a_page_that_cannot_be_is_refused_unsent(answering, bounds, flaw):
    client = answering(lambda _: pytest.fail("sent"))

    with pytest.raises(UsageError, match=flaw):
        await client.whatsapp.contacts.list(session_id="sess_1", **bounds)


@pytest.mark.parametrize(
    "options",
    [
        {"timeout_s": 0},
        {"timeout_s": -1},
        {"timeout_s": float("inf")},
        {"timeout_s": float("nan")},
        {"max_connections": 0},
    ],
)
def test_a_client_without_a_deadline_or_connections_is_refused(answering, options):
    with pytest.raises(UsageError, match=r"above zero|timeout_s is nan"):
        answering({}, **options)
