"""The HTTP client of SendAPI: wire format, errors, and an asynchronous and a synchronous face."""

from validator.http.api_key import ApiKey
from validator.http.rate_headers import read_rates
from validator.sendapi.address import DEFAULT_BASE_URL
from validator.sendapi.answers import Contact, ContactPage, Registration, Session, SessionPage, SessionStatus
from validator.sendapi.blocking import SendAPI
from validator.sendapi.client import AsyncSendAPI
from validator.sendapi.paging import Paging

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
