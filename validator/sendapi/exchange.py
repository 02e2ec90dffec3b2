"""One attempt: a GET, a deadline, a bounded body, and every way to go wrong turned into one tree of errors.

Requests go to the httpx transport itself, not through `httpx.AsyncClient`. What the client adds is what must
not happen here (redirects, cookies, the URL with the number in the log), and it costs: 314 us of processor a
request against 251 (measured over one and the same transport, nginx on loopback).
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import httpx

from validator.errors import ApiError, BadAnswer, CertificateFailed, NoAnswer, TimedOut
from validator.http.body import decode_object, read_capped
from validator.http.masking import chain_of, mask_chain, one_line
from validator.http.rate_headers import read_rates
from validator.http.transport import DISTRUST
from validator.sendapi.address import host_of
from validator.sendapi.failures import Fault, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from validator.model import RateNotice

T = TypeVar("T")

_OK = 200
_MAX_REQUEST_ID_CHARS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A success: the decoded body, and what came with it."""

    body: dict[str, Any]
    rate: RateNotice
    request_id: str

    def unlike(self, flaw: str) -> BadAnswer:
        """Return the exception that says why this is no answer to the question."""
        return _bad_answer(flaw, rate=self.rate, request_id=self.request_id)


def _bad_answer(flaw: str, *, rate: RateNotice, request_id: str) -> BadAnswer:
    return BadAnswer(
        f"the provider's answer cannot be used: {flaw}", status=_OK, rate=rate, request_id=request_id
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A response as it came: `body` is None where it was larger than the cap or compressed unasked."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Sends requests through a transport.

    Attributes:
        transport: what carries them.
        base_url: checked, without a slash at its end.
        headers: sent with every request; the key is among them.
        timeout_s: how long an attempt may take in all: waiting for a connection, connecting, sending and
            reading.
        wall_clock: the time of day in Unix seconds, for responses without a `Date`.
    """

    transport: httpx.AsyncBaseTransport
    base_url: str
    headers: httpx.Headers
    timeout_s: float
    wall_clock: Callable[[], float]

    async def get(self, path: str, read: Callable[[Answer], T], *, cap_bytes: int) -> T:
        """Return what `read` finds in the answer to one GET.

        Args:
            path: path and query below the base URL, encoded.
            read: takes an answer for a value; raises `BadAnswer` where it is none to this question.
            cap_bytes: the largest body to accept.

        Raises:
            ApiError: there was no answer. Its message and causes hold neither key nor number.
        """
        request = httpx.Request("GET", self.base_url + path, headers=self.headers)
        try:
            # Ours, since httpx's own timeouts are per read and unknown to transports without sockets.
            with anyio.fail_after(self.timeout_s):
                return await self._ask(request, read, cap_bytes)
        except TimeoutError as error:
            raise TimedOut(f"no answer from {host_of(self.base_url)} within {self.timeout_s:g} s") from error
        except (httpx.RequestError, OSError) as error:
            raise _broken_off(error, host_of(self.base_url)) from error

    async def _ask(self, request: httpx.Request, read: Callable[[Answer], T], cap_bytes: int) -> T:
        response = await self.transport.handle_async_request(request)
        try:
            reply = await _reply_in(response, cap_bytes)
            return read(understand(reply, wall_now=self.wall_clock()))
        except ApiError:
            # It may be an answer to an earlier question, sent twice. The next one would be behind it, and a
            # refusal does not say which number it is about.
            response.extensions.get(DISTRUST, _nothing)()
            raise
        finally:
            await response.aclose()


async def _reply_in(response: httpx.Response, cap_bytes: int) -> Reply:
    headers = _plain(response.headers)
    compressed = headers.get("content-encoding", "identity").strip().lower() != "identity"
    body = None if compressed else await read_capped(response, cap_bytes)
    return Reply(status=response.status_code, headers=headers, body=body)


def _nothing() -> None:
    """Other transports keep their connections as they see fit."""


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """Return the headers, names in lower case; one that came several times is joined with commas."""
    plain: dict[str, str] = {}
    for raw_name, raw_value in headers.raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        plain[name] = f"{plain[name]}, {value}" if name in plain else value
    return plain


def _broken_off(error: Exception, host: str) -> NoAnswer:
    """Return our exception for httpx's or the system's, and mask theirs, which may quote what was sent."""
    mask_chain(error)
    why = one_line(str(error)) or type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return TimedOut(f"no answer from {host}: {why}")
    for cause in chain_of(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            flaw = getattr(cause, "verify_message", "")  # set by OpenSSL alone
            return CertificateFailed(
                f"the certificate of {host} does not prove who it is: {one_line(flaw) or why}. "
                "Check --base-url and this machine's clock; the key was not sent"
            )
    return NoAnswer(f"no answer from {host}: {why}")


def understand(reply: Reply, *, wall_now: float) -> Answer:
    """Return the answer in a response, or raise what it says instead. Pure.

    Raises:
        ApiError: the provider refused, or the body is no JSON object.
    """
    body, flaw = _decoded(reply.body)
    refused = reply.status != _OK or body.get("success") is False or bool(body.get("error"))
    request_id = _request_id(body, reply.headers)
    rate = read_rates(reply.headers, body if refused else None, wall_now=wall_now)
    if refused:
        raise _refused(reply, body, rate=rate, request_id=request_id)
    if flaw:
        raise _bad_answer(flaw, rate=rate, request_id=request_id)
    return Answer(body=body, rate=rate, request_id=request_id)


def _decoded(body: bytes | None) -> tuple[dict[str, Any], str]:
    """Return the object in a body, and what is wrong with it where it holds none."""
    if body is None:
        return {}, "it is larger than any answer can be, or compressed without being asked to"
    try:
        return decode_object(body), ""
    except ValueError as error:
        return {}, f"it is {error}"


def _refused(reply: Reply, body: Mapping[str, Any], *, rate: RateNotice, request_id: str) -> ApiError:
    location = reply.headers.get("location", "")
    return refusal(
        Fault.read(reply.status, body),
        rate=rate,
        request_id=request_id,
        raw=reply.body or b"",
        detail=f"to {location}" if location else "",
    )


def _request_id(body: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Return the provider's id of the exchange: in the error, in `meta`, at the top, or in the header."""
    places = (body.get("error"), body.get("meta"), body)
    told = (place.get("request_id") for place in places if isinstance(place, dict))
    found = next((word for word in told if isinstance(word, str) and word), headers.get("x-request-id", ""))
    return found[:_MAX_REQUEST_ID_CHARS]
