"""Every way in which httpx and the system report a broken exchange, as one of ours."""

import ssl
import traceback

import httpx
import pytest

from validator.errors import CertificateFailed, NoAnswer, TimedOut

pytestmark = pytest.mark.anyio

NUMBER = "+447700900000"
EXPIRED = ssl.SSLCertVerificationError(1, "certificate verify failed: certificate has expired")


def caused(error, *causes):
    """Return the error with a chain of causes behind it."""
    link = error
    for cause in causes:
        link.__cause__ = cause
        link = cause
    return error


@pytest.fixture
def failing(answering):
    """Return the exception that the client raises where its transport raises `error`."""

    async def ask(error):
        def fail(request):
            raise error

        with pytest.raises(NoAnswer) as raised:
            await answering(fail).whatsapp.contacts.check(NUMBER, session_id="s")
        return raised.value

    return ask


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx.ConnectError("[Errno -2] Name or service not known"), NoAnswer),
        (httpx.ReadError(""), NoAnswer),
        (httpx.WriteError(""), NoAnswer),
        (httpx.CloseError(""), NoAnswer),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), NoAnswer),
        (httpx.LocalProtocolError("illegal header"), NoAnswer),
        (httpx.ProxyError("403"), NoAnswer),
        (httpx.ConnectTimeout(""), TimedOut),
        (httpx.ReadTimeout("read"), TimedOut),
        (httpx.PoolTimeout(""), TimedOut),
        (TimeoutError(110, "Connection timed out"), TimedOut),
        (ConnectionResetError(104, "Connection reset by peer"), NoAnswer),
        (ssl.SSLError(1, "wrong version number"), NoAnswer),
        (caused(httpx.ConnectError("tls"), ssl.SSLError(1, "handshake failure")), NoAnswer),
        (caused(httpx.ConnectError("tls"), OSError("broken"), EXPIRED), CertificateFailed),
        (EXPIRED, CertificateFailed),
    ],
    ids=repr,
)
async def test_a_broken_exchange_is_translated_once_with_its_cause(failing, error, expected):
    raised = await failing(error)

    assert type(raised) is expected
    assert raised.__cause__ is error
    assert raised.status is None
    assert "sendapi.co" in str(raised)
    assert raised.transient is (expected is not CertificateFailed)


async def test_a_certificate_failure_says_what_to_look_at(failing):
    error = ssl.SSLCertVerificationError()
    error.verify_message = "certificate has expired"

    raised = await failing(caused(httpx.ConnectError("tls"), error))

    assert "certificate has expired" in str(raised)
    assert "clock" in str(raised)


async def test_texts_of_libraries_lose_key_and_number_in_message_and_traceback(failing, key):
    text = f"GET https://sendapi.co/v1/whatsapp/contacts/%2B{NUMBER[1:]}/check with Bearer {key} failed"

    raised = await failing(caused(httpx.ReadError(text), OSError(text), ValueError(text, 5)))

    shown = "".join(traceback.format_exception(raised)) + str(raised) + repr(raised)
    assert "contacts/%2B[number]/check with Bearer [key] failed" in shown
    assert NUMBER[1:] not in shown
    assert key not in shown


async def test_a_chain_of_causes_that_runs_in_a_circle_ends(failing):
    first, second = httpx.ReadError("first"), OSError("second")

    assert type(await failing(caused(first, second, first))) is NoAnswer


async def test_a_bug_in_a_transport_is_not_taken_for_the_network(answering):
    def fail(request):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await answering(fail).account.usage()
