"""The exception tree, and the exit code of each branch.

ValidatorError                  1   a bug of ours
├── UsageError                  2   usage or configuration
├── FileError                   3   input or output: file, column, disk
│   └── LedgerError             3   the ledger cannot be opened, read or written
├── StoppedEarly                5   resumable: deadline, daily cap, breaker, outage
│   ├── EnoughFound             5   as many recipients as were asked for can be sent to
│   └── Interrupted            130   by SIGINT, 143 by SIGTERM, or 129 by SIGHUP
├── Refused                     6   the provider refuses: key, quota, session gone
├── Busy                        7   another run holds this key or ledger
└── ApiError                    6   one exchange failed; `transient` says whether trying again can help,
    │                               and where it can the exit code is 5
    ├── NoAnswer                5   the exchange broke off before an answer was there
    │   ├── TimedOut            5
    │   ├── ProxyRefused        2   not transient: the proxy wants credentials, or forbids the server
    │   └── CertificateFailed   6   not transient: the peer is not who it says
    ├── BadAnswer               5   an answer came, and it is not one to this question
    │   ├── Intercepted         5   a refusal that is not in the gateway's form: something in between answered
    │   └── IncompleteList      5   not transient: the provider does not give its whole list
    ├── MissingOrBadKey             401
    ├── QuotaExceeded               402
    │   └── Unsupported                 the server or the session is not set up for checks
    ├── Forbidden                   403
    ├── NotFound                    404
    ├── InvalidRequest              400, 422
    │   └── InvalidPhone            code 4001: a definite answer for the number
    ├── SessionNotConnected         409, 422
    ├── RateLimited             5   429
    ├── ServerError             5   408, 425, 5xx
    ├── Redirected                  3xx: never followed
    ├── OtherGateway            2   a refusal in the form of another gateway than was named
    └── UnexpectedStatus            anything else
"""

from __future__ import annotations

from typing import ClassVar

from validator.model import NO_NOTICE, RateNotice

# The run is over, with more rows `unknown` than `--max-unknown` allows. No exception: the output is whole.
EXIT_TOO_MANY_UNKNOWN = 4


class ValidatorError(Exception):
    """Anything this tool raises on purpose. `exit_code` is what the command line ends with."""

    exit_code: int = 1


class UsageError(ValidatorError):
    """The command or its configuration is wrong; the message names the option and the remedy."""

    exit_code = 2


class FileError(ValidatorError):
    """A file cannot be read or written as asked; the message names it, the place in it, and the remedy."""

    exit_code = 3


class LedgerError(FileError):
    """The ledger cannot be opened, read or written. Fatal for the run, which stays resumable."""


class StoppedEarly(ValidatorError):
    """The run ended in order before its work did; the same command goes on from there."""

    exit_code = 5


class EnoughFound(StoppedEarly):
    """As many recipients as were asked for can be sent to; the same command would ask nobody."""


class Interrupted(StoppedEarly):
    """A signal ended the run; what was in flight has been finished and written down.

    Args:
        signum: the signal's number; the exit code is 128 more, as shells have it.
    """

    exit_code = 130

    def __init__(self, signum: int) -> None:
        super().__init__("interrupted")
        self.signum = signum
        self.exit_code = 128 + signum

    def __reduce__(self) -> tuple[type[Interrupted], tuple[int]]:
        return Interrupted, (self.signum,)


class Refused(ValidatorError):
    """The provider will not serve this key or session; somebody has to act."""

    exit_code = 6


class Busy(ValidatorError):
    """Another run holds the key or the ledger; the message names it."""

    exit_code = 7


class ApiError(ValidatorError):
    """One exchange with the provider failed.

    Attributes:
        status: the HTTP status, or None where no answer came.
        code: the provider's own code, as it came (`4029`, `"rate_limit_exceeded"`).
        type: the provider's own type word, empty where none was given.
        request_id: the provider's id of the exchange, empty where none was given.
        transient: whether the same request may succeed later.
        rate: what the answer said about rates.
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
        rate: RateNotice = NO_NOTICE,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.type = type
        self.request_id = request_id
        self.rate = rate


class NoAnswer(ApiError):
    """The exchange broke off before an answer was there: DNS, refused, reset, closed half-way."""

    exit_code = StoppedEarly.exit_code
    transient = True


class TimedOut(NoAnswer):
    """No answer within the deadline of one attempt."""


class CertificateFailed(NoAnswer):
    """The peer's certificate does not prove that it is the provider. Never tried again."""

    exit_code = Refused.exit_code
    transient = False


class ProxyRefused(NoAnswer):
    """The proxy on the way does not let us through: it wants credentials, or the server is not allowed."""

    exit_code = UsageError.exit_code
    transient = False


class BadAnswer(ApiError):
    """An answer came that is none to this question: HTML, broken JSON, another number, too large."""

    exit_code = StoppedEarly.exit_code
    transient = True


class Intercepted(BadAnswer):
    """A refusal that is not in the gateway's own form: a firewall, a captive portal, a proxy, an error page.

    It says nothing about key, session, number or quota, whatever its status is.
    """


class IncompleteList(BadAnswer):
    """A list does not come whole: the provider does not page as asked. Asking again changes nothing."""

    transient = False


class MissingOrBadKey(ApiError):
    """401: the key is missing, wrong, revoked or expired."""


class QuotaExceeded(ApiError):
    """402: the quota is spent or the subscription has ended."""


class Unsupported(QuotaExceeded):
    """The server cannot check numbers as it is set up: no licence, or a session of a kind without a check."""


class Forbidden(ApiError):
    """403: the key may not do this."""


class NotFound(ApiError):
    """404: the session, or the path itself, does not exist."""


class InvalidRequest(ApiError):
    """400 or 422: this call is wrong and will stay so."""


class InvalidPhone(InvalidRequest):
    """The provider calls the number invalid: a definite answer."""


class SessionNotConnected(ApiError):
    """409 or 422: the session is not connected now. It may be again, so the session pauses, not the row."""


class RateLimited(ApiError):
    """429: wait as the provider asks. Never the row's failure."""

    exit_code = StoppedEarly.exit_code
    transient = True


class ServerError(ApiError):
    """408, 425 or 5xx: the provider has a bad moment."""

    exit_code = StoppedEarly.exit_code
    transient = True


class Redirected(ApiError):
    """3xx: never followed, since the key would travel with it. If it stays, the base URL is wrong."""


class OtherGateway(ApiError):
    """A refusal in the form of another gateway than was named. If it stays, the address is that one's."""

    exit_code = UsageError.exit_code


class UnexpectedStatus(ApiError):
    """A status that the contract does not know. Never guessed at."""


def innermost(error: BaseException) -> BaseException:
    """Return the error that task groups have wrapped: one of this tool's own if there are several."""
    while isinstance(error, BaseExceptionGroup):
        ours = [inner for inner in error.exceptions if isinstance(inner, ValidatorError | BaseExceptionGroup)]
        error = (ours or error.exceptions)[0]
    return error
