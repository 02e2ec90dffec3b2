"""The exception tree, and the exit code of each branch.

ValidatorError                  1   a bug in this program
├── UsageError                  2   usage or configuration
├── FileError                   3   input or output: file, column, disk
│   └── LedgerError             3   the ledger cannot be opened, read or written
├── StoppedEarly                5   resumable: deadline, daily cap, breaker, outage
│   ├── EnoughFound             5   the requested number of sendable recipients is found (`--enough`)
│   └── Interrupted            130   by SIGINT, 143 by SIGTERM, or 129 by SIGHUP
├── Refused                     6   the provider refuses the key or the session, or the quota is spent
├── Busy                        7   another run holds this key or ledger
└── ApiError                    6   one exchange failed; `transient` says whether a retry can help,
    │                               and then the exit code is 5
    ├── NoAnswer                5   the exchange ended before a response was complete
    │   ├── TimedOut            5
    │   ├── ProxyRefused        2   not transient: the proxy wants credentials, or forbids the server
    │   └── CertificateFailed   6   not transient: the certificate does not prove the server's identity
    ├── BadAnswer               5   a response came, but it does not answer the request
    │   ├── Intercepted         5   a refusal not in the gateway's form: another system answered
    │   └── IncompleteList      5   not transient: the provider does not give its whole list
    ├── MissingOrBadKey             401
    ├── QuotaExceeded               402
    │   └── Unsupported                 the server or the session cannot check numbers
    ├── Forbidden                   403
    ├── NotFound                    404
    ├── InvalidRequest              400, 422
    │   └── InvalidPhone            code 4001: a definite answer for the number
    ├── SessionNotConnected         409, 422
    ├── RateLimited             5   429
    ├── ServerError             5   408, 425, 5xx
    ├── Redirected                  3xx: never followed
    ├── OtherGateway            2   a refusal in the form of a gateway that was not chosen
    └── UnexpectedStatus            anything else
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from validator.model import RateNotice

# More rows are `unknown` than `--max-unknown` allows. This is no exception, since the output is complete.
EXIT_TOO_MANY_UNKNOWN = 4


class ValidatorError(Exception):
    """Base class of all errors that this program raises; `exit_code` is the exit code of the command."""

    exit_code: int = 1


class UsageError(ValidatorError):
    """The command or its configuration is wrong; the message names the option and the remedy."""

    exit_code = 2


class FileError(ValidatorError):
    """A file cannot be read or written; the message names the file, the place in it, and the remedy."""

    exit_code = 3


class LedgerError(FileError):
    """The ledger cannot be opened, read or written. It ends the run, which can be resumed."""


class StoppedEarly(ValidatorError):
    """The run ended in order before its work was done; the same command resumes it."""

    exit_code = 5


class EnoughFound(StoppedEarly):
    """The requested number of sendable recipients is found; the same command would make no request."""


class Interrupted(StoppedEarly):
    """A signal ended the run; requests in flight have been finished and recorded.

    Args:
        signum: the signal's number; the exit code is 128 more, as in shells.
    """

    exit_code = 130

    def __init__(self, signum: int) -> None:
        super().__init__("interrupted")
        self.signum = signum
        self.exit_code = 128 + signum

    def __reduce__(self) -> tuple[type[Interrupted], tuple[int]]:
        return Interrupted, (self.signum,)


class Refused(ValidatorError):
    """The provider does not serve this key or session; a person has to act."""

    exit_code = 6


class Busy(ValidatorError):
    """Another run holds the key or the ledger; the message names it."""

    exit_code = 7


class ApiError(ValidatorError):
    """One exchange with the provider failed.

    Attributes:
        status: the HTTP status, or None if there was no response.
        code: the provider's error code, unchanged (`4029`, `"rate_limit_exceeded"`).
        type: the provider's word for the type of error; empty if there is none.
        request_id: the provider's id of the exchange; empty if there is none.
        transient: whether the same request may succeed later.
        rate: the rate limits that the response states; an empty notice if none is passed.
    """

    exit_code = 6
    transient: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: int | str | None = None,
        type: str = "",  # noqa: A002 - the provider's own word for it
        request_id: str = "",
        rate: RateNotice | None = None,
    ) -> None:
        from validator.model import NO_NOTICE  # noqa: PLC0415 - help texts need the errors, and not the values

        super().__init__(message)
        self.status = status
        self.code = code
        self.type = type
        self.request_id = request_id
        self.rate = NO_NOTICE if rate is None else rate


class NoAnswer(ApiError):
    """The exchange ended before a response was complete: DNS failure, connection refused, reset or closed."""

    exit_code = StoppedEarly.exit_code
    transient = True


class TimedOut(NoAnswer):
    """There was no response within the timeout of one attempt."""


class CertificateFailed(NoAnswer):
    """The certificate does not prove that the server is the provider's. Never retried."""

    exit_code = Refused.exit_code
    transient = False


class ProxyRefused(NoAnswer):
    """The proxy refuses the connection: it wants credentials, or does not allow the server."""

    exit_code = UsageError.exit_code
    transient = False


class BadAnswer(ApiError):
    """The response does not answer the request: HTML, broken JSON, another number, or too large."""

    exit_code = StoppedEarly.exit_code
    transient = True


class Intercepted(BadAnswer):
    """A refusal that is not in the gateway's form: a firewall, a captive portal, a proxy, an error page.

    Its status says nothing about key, session, number or quota.
    """


class IncompleteList(BadAnswer):
    """A list is not complete, since the provider ignores the requested page. A retry does not help."""

    transient = False


class MissingOrBadKey(ApiError):
    """401: the key is missing, wrong, revoked or expired."""


class QuotaExceeded(ApiError):
    """402: the quota is spent or the subscription has ended."""


class Unsupported(QuotaExceeded):
    """The server cannot check numbers: it has no licence, or the kind of session has no check."""


class Forbidden(ApiError):
    """403: the key may not do this."""


class NotFound(ApiError):
    """404: the session, or the path itself, does not exist."""


class InvalidRequest(ApiError):
    """400 or 422: this request is wrong, and a retry does not help."""


class InvalidPhone(InvalidRequest):
    """The provider calls the number invalid: a definite answer."""


class SessionNotConnected(ApiError):
    """409 or 422: the session is not connected now. It may connect again, so the session pauses."""


class RateLimited(ApiError):
    """429: wait as long as the provider asks. This is never a failure of the number."""

    exit_code = StoppedEarly.exit_code
    transient = True


class ServerError(ApiError):
    """408, 425 or 5xx: the provider has a failure that may pass."""

    exit_code = StoppedEarly.exit_code
    transient = True


class Redirected(ApiError):
    """3xx: never followed, since the new server would get the key. If it persists, the base URL is wrong."""


class OtherGateway(ApiError):
    """A refusal in the form of another gateway. If it persists, the address belongs to that gateway."""

    exit_code = UsageError.exit_code


class UnexpectedStatus(ApiError):
    """A status that the gateway's documentation does not list. It is not interpreted."""


def innermost(error: BaseException) -> BaseException:
    """Return the error inside exception groups; if there are several, one of this program's own."""
    while isinstance(error, BaseExceptionGroup):
        ours = [inner for inner in error.exceptions if isinstance(inner, ValidatorError | BaseExceptionGroup)]
        error = (ours or error.exceptions)[0]
    return error
