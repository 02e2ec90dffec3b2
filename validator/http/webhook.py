"""A webhook: one message to a server of the user's, signed as https://www.standardwebhooks.com specifies."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import httpx

from validator.errors import UsageError
from validator.http.exchange import certificate_flaw
from validator.http.masking import hide_key, one_line
from validator.http.url import checked_webhook_url, host_of

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET_PREFIX = "whsec_"  # noqa: S105 - what a secret in base64 begins with
# The specification asks for 192 bits of randomness, which are 24 bytes.
LEAST_SECRET_CHARS = 24

# Of a sound receiver, which puts the message into a queue and answers.
TIMEOUT = httpx.Timeout(10.0)
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotDelivered(Exception):
    """The message was not taken; `transient` says whether another try can help."""

    def __init__(self, why: str, *, transient: bool) -> None:
        super().__init__(why)
        self.transient = transient


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where messages go, and what signs them; neither is printed, as the URL may hold a secret too.

    Attributes:
        url: https, or http to this machine.
        secret: the key of the signature.
    """

    url: str = field(repr=False)
    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, url: str, secret: str) -> Self:
        """Return the webhook of a URL and a secret as they were given.

        A secret that begins with `whsec_` is base64 after that, and another one is taken as it is.

        Raises:
            UsageError: the URL or the secret cannot be used. The message holds neither.
        """
        remedy = "Give --notify the whole https:// address"
        return cls(checked_webhook_url(url, remedy=remedy), _secret(secret))

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return host_of(self.url)

    def headers(self, body: bytes, message_id: str, now_s: float) -> dict[str, str]:
        """Return the headers of a message: its id, the time in whole Unix seconds, and their signature."""
        signed = f"{message_id}.{int(now_s)}.".encode() + body
        digest = hmac.digest(self.secret, signed, "sha256")
        return {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now_s)),
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }


async def post(
    client: httpx.AsyncClient, webhook: Webhook, body: bytes, *, message_id: str, now_s: Callable[[], float]
) -> None:
    """Send a message once. No redirect is followed, and the answer's body is not read.

    Args:
        client: sends it.
        webhook: where to.
        body: JSON.
        message_id: the same for each try, by which the receiver knows a repetition.
        now_s: the time of day in Unix seconds, which receivers compare with theirs.

    Raises:
        NotDelivered: it was not taken.
    """
    headers = webhook.headers(body, message_id, now_s())
    try:
        async with client.stream("POST", webhook.url, content=body, headers=headers) as answer:
            status = answer.status_code
    except httpx.TransportError as error:
        flaw = certificate_flaw(error)
        why = flaw or one_line(str(error)) or type(error).__name__
        raise NotDelivered(why, transient=not flaw) from error
    if not httpx.codes.is_success(status):
        raise NotDelivered(f"it answers {status}", transient=status in _TRANSIENT)


def _secret(text: str) -> bytes:
    if len(text) < LEAST_SECRET_CHARS:
        raise UsageError(
            f"the secret of --notify is {len(text)} characters long, and {LEAST_SECRET_CHARS} is the least; "
            "make one with `openssl rand -base64 32`"
        )
    hide_key(text)
    if not text.startswith(SECRET_PREFIX):
        return text.encode()
    try:
        return base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise UsageError(
            f"the secret of --notify begins with {SECRET_PREFIX} and is not base64 after that; give it as "
            "the receiver shows it"
        ) from None
