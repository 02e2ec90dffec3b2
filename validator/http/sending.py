"""Sends a report about a run to a server, once. Only the status of the response is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from validator.http.exchange import certificate_flaw
from validator.http.masking import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

# Enough for a healthy receiver, which puts the report into a queue and answers.
TIMEOUT = httpx.Timeout(10.0)
TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotDelivered(Exception):
    """The receiver did not accept the report; `transient` says whether a retry can help."""

    def __init__(self, why: str, *, transient: bool) -> None:
        super().__init__(why)
        self.transient = transient


async def send(client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Send a body once. No redirect is followed, and the body of the response is not read.

    Raises:
        NotDelivered: the receiver did not accept it.
    """
    try:
        async with client.stream("POST", url, content=body, headers=headers) as answer:
            status = answer.status_code
    except httpx.TransportError as error:
        flaw = certificate_flaw(error)
        why = flaw or one_line(str(error)) or type(error).__name__
        raise NotDelivered(why, transient=not flaw) from error
    if not httpx.codes.is_success(status):
        raise NotDelivered(f"it answers {status}", transient=status in TRANSIENT_STATUSES)
