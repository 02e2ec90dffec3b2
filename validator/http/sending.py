"""Sends a report about a run once, to a server that answers with a status and nothing that is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from validator.http.exchange import certificate_flaw
from validator.http.masking import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

# Of a sound receiver, which puts what it gets into a queue and answers.
TIMEOUT = httpx.Timeout(10.0)
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotDelivered(Exception):
    """What was sent was not taken; `transient` says whether another try can help."""

    def __init__(self, why: str, *, transient: bool) -> None:
        super().__init__(why)
        self.transient = transient


async def send(client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Send a body once. No redirect is followed, and the answer's body is not read.

    Raises:
        NotDelivered: it was not taken.
    """
    try:
        async with client.stream("POST", url, content=body, headers=headers) as answer:
            status = answer.status_code
    except httpx.TransportError as error:
        flaw = certificate_flaw(error)
        why = flaw or one_line(str(error)) or type(error).__name__
        raise NotDelivered(why, transient=not flaw) from error
    if not httpx.codes.is_success(status):
        raise NotDelivered(f"it answers {status}", transient=status in _TRANSIENT)
