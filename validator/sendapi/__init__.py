"""The HTTP client of SendAPI: wire format, errors, and an asynchronous and a synchronous client.

- `client`: the asynchronous client; `blocking`: the synchronous one.
- `address`: the base URL and the paths; `key`: the form of the keys.
- `check_sender`: sends checks without a task for each.
- `common_registration`: reads the common answer to a check with one regular expression.
- `envelope`: reads any response as an answer or a refusal; `failures`: the refusals.
- `reading`: turns an answer's JSON into the values in `answers`.
- `paging`: walks through the pages of a list.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from validator.http.api_key import ApiKey
from validator.http.rate_headers import read_rates
from validator.sendapi.address import DEFAULT_BASE_URL
from validator.sendapi.answers import Contact, ContactPage, Registration, Session, SessionPage, SessionStatus
from validator.sendapi.paging import Paging

if TYPE_CHECKING:
    from validator.sendapi.blocking import SendAPI
    from validator.sendapi.client import AsyncSendAPI

__all__ = [
    "DEFAULT_BASE_URL",
    "ApiKey",
    "AsyncSendAPI",
    "Contact",
    "ContactPage",
    "Paging",
    "Registration",
    "SendAPI",
    "Session",
    "SessionPage",
    "SessionStatus",
    "read_rates",
]

# httpx takes longest to import on the command line, and a command without requests does not need it.
_CLIENTS = {"AsyncSendAPI": "client", "SendAPI": "blocking"}


def __getattr__(name: str) -> object:
    """Import a client on first use."""
    if name not in _CLIENTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_CLIENTS[name]}"), name)
