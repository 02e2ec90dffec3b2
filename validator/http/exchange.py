"""One attempt: a request with a deadline and a bounded body. Each failure becomes a typed error.

Our own transport is a `Wire`, which takes requests as bytes. A caller may give a transport of httpx instead.
"""

from __future__ import annotations

import ssl
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from validator.errors import ApiError, BadAnswer, CertificateFailed, NoAnswer, ProxyRefused, TimedOut
from validator.http.masking import chain_of, mask_chain, one_line
from validator.http.request_bytes import RequestBytes
from validator.http.transport_errors import ProxyRefusal, TransportError, Unanswered
from validator.http.url import host_of
from validator.http.wire import Wire
from validator.value import MaskedValue

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import httpx

    from validator.http.reply import Reply
    from validator.model import RateNotice

T = TypeVar("T")

_OK = 200

_REMEDY = "Trusted is {}; if a company's own authority has signed it, name its file with --ca-file. "


class Answer(Struct, frozen=True, kw_only=True):
    """A successful response: its decoded JSON body, its rate notice, and the id of the exchange."""

    body: Any
    rate: RateNotice
    request_id: str

    def unusable(self, flaw: str) -> BadAnswer:
        """Return the exception for an answer that cannot be used; `flaw` says why."""
        return bad_answer(flaw, rate=self.rate, request_id=self.request_id)


def bad_answer(flaw: str, *, rate: RateNotice, request_id: str, status: int = _OK) -> BadAnswer:
    """Return the exception for a response that looks like an answer but cannot be used."""
    return BadAnswer(
        f"the provider's answer cannot be used: {flaw}", status=status, rate=rate, request_id=request_id
    )


class Exchange(MaskedValue, Struct, frozen=True, kw_only=True, dict=True):
    """Sends requests through a transport.

    Attributes:
        transport: sends them: our own, or one of httpx that the caller gives in place of the network.
        base_url: the checked base URL, without a slash at its end.
        headers: sent with every request; they include the key.
        understand: turns a response and the time of day (Unix seconds) into an answer; raises `ApiError`
            if the gateway refused or the body is not in its form.
        timeout_s: the longest time of a whole attempt: waiting for a connection, connecting, sending and
            reading.
        wall_clock: the time of day in Unix seconds, for responses without a `Date`.
        trust: the certificates that the transport trusts, for messages; empty if not known.
        on_answer: called with each response, whatever it says: the server has been reached.
    """

    _hidden = frozenset({"headers"})

    transport: Wire | httpx.AsyncBaseTransport
    base_url: str
    headers: Mapping[str, str]
    understand: Callable[[Reply, float], Answer]
    timeout_s: float
    wall_clock: Callable[[], float]
    trust: str = ""
    on_answer: Callable[[], None] | None = None

    @cached_property
    def _requests(self) -> RequestBytes:
        """Makes the bytes of the requests."""
        return RequestBytes(self.base_url, self.headers)

    def get(self, path: str, read: Callable[[Answer], T], *, cap_bytes: int) -> Awaitable[T]:
        """Send a GET and return the value that `read` gets from the answer.

        Args:
            path: path and query below the base URL, encoded.
            read: turns the answer into a value; raises `BadAnswer` if the answer is not to this request.
            cap_bytes: the largest body to accept.

        Raises:
            ApiError: there was no answer. Its message and causes contain neither key nor number.
        """

        def read_reply(reply: Reply, now: float) -> T:
            return read(self.understand(reply, now))

        return self.get_reply(path, read_reply, cap_bytes=cap_bytes)

    def get_reply(self, path: str, read: Callable[[Reply, float], T], *, cap_bytes: int) -> Awaitable[T]:
        """Send a GET and return the value that `read` gets from the response and the time of day.

        See `get`; `read` raises any `ApiError`.
        """
        return self._send("GET", path, None, read, cap_bytes)

    def post(self, path: str, body: object, read: Callable[[Answer], T], *, cap_bytes: int) -> Awaitable[T]:
        """Send a POST with a JSON body and return the value that `read` gets from the answer. See `get`.

        The request may be sent twice (`KeepAliveTransport`), so it must change nothing on the server.
        """

        def read_reply(reply: Reply, now: float) -> T:
            return read(self.understand(reply, now))

        return self._send("POST", path, body, read_reply, cap_bytes)

    async def _send(
        self, method: str, path: str, body: object, read: Callable[[Reply, float], T], cap_bytes: int
    ) -> T:
        def read_reply(reply: Reply) -> T:
            return read(reply, self._answered())

        try:
            if isinstance(self.transport, Wire):
                request = self._requests.get(path) if method == "GET" else self._requests.post(path, body)
                return await self.transport.exchange(
                    request, read_reply, cap_bytes=cap_bytes, timeout_s=self.timeout_s
                )
            # Imported here, since only a caller's own transport needs httpx.
            import httpx  # noqa: PLC0415

            from validator.http.httpx_exchange import exchange_over  # noqa: PLC0415

            return await exchange_over(
                self.transport,
                httpx.Request(method, self.base_url + path, headers=self.headers, json=body),
                read_reply,
                cap_bytes=cap_bytes,
                timeout_s=self.timeout_s,
                failed=self._failure,
            )
        except (TimeoutError, TransportError, OSError) as error:
            raise self._failure(error) from error

    def begin(
        self,
        request: bytes,
        read: Callable[[Reply, float], T],
        on_end: Callable[[T | Exception], None],
        *,
        cap_bytes: int,
        on_unsolicited: Callable[[], None],
    ) -> Callable[[], None] | None:
        """Send a request over an idle connection and return without waiting; see `Wire.begin`.

        Args:
            request: the bytes of the request (`get_bytes`).
            read: turns a response and the time of day into a value; raises `ApiError`.
            on_end: called with the value, with the `ApiError` that `get` raises, or with `Unanswered`.
            cap_bytes: the largest body to accept.
            on_unsolicited: see `ExchangeOptions`.
        """
        if not isinstance(self.transport, Wire):
            return None

        def ended(how: Reply | Exception) -> bool:
            if isinstance(how, Exception):
                on_end(how if isinstance(how, Unanswered) else self._failure(how))
                return False
            try:
                value = read(how, self._answered())
            except Exception as error:  # noqa: BLE001 - raised where the run takes the end of the exchange
                on_end(error)
                return False
            on_end(value)
            return True

        return self.transport.begin(
            request, ended, cap_bytes=cap_bytes, timeout_s=self.timeout_s, on_unsolicited=on_unsolicited
        )

    def get_bytes(self, path: str) -> bytes:
        """Return the bytes of a GET."""
        return self._requests.get(path)

    def _failure(self, error: Exception, *, is_timeout: bool = False) -> ApiError:
        """Return the failure of an exchange without an answer."""
        host = host_of(self.base_url)
        if isinstance(error, TimeoutError):
            failure: ApiError = TimedOut(f"no answer from {host} within {self.timeout_s:g} s")
        else:
            failure = _broken_off(error, host, self.trust, is_timeout=is_timeout)
        failure.__cause__ = error
        return failure

    def _answered(self) -> float:
        """Note that the server has been reached; return the time of day."""
        if self.on_answer is not None:
            self.on_answer()
        return self.wall_clock()


def _broken_off(error: Exception, host: str, trust: str, *, is_timeout: bool) -> NoAnswer:
    """Return our exception for one of a transport or the system. Masks it, since it may quote the request."""
    mask_chain(error)
    why = one_line(str(error)) or type(error).__name__
    if is_timeout:
        return TimedOut(f"no answer from {host}: {why}")
    if isinstance(error, ProxyRefusal):
        return ProxyRefused(why)
    if flaw := certificate_flaw(error):
        return CertificateFailed(
            f"the certificate of {host} does not prove who it is: {flaw}. "
            f"{_REMEDY.format(trust) if trust else ''}Check --base-url and this machine's clock; the key "
            "was not sent"
        )
    return NoAnswer(f"no answer from {host}: {why}")


def certificate_flaw(error: Exception) -> str:
    """Return why the server's certificate was not accepted; empty if the error has another cause."""
    for cause in chain_of(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            flaw = getattr(cause, "verify_message", "")  # only OpenSSL sets it
            return one_line(flaw) or one_line(str(error)) or type(error).__name__
    return ""
