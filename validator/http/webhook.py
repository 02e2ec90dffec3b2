"""A webhook: one message to the user's server, signed as https://www.standardwebhooks.com specifies."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from validator.errors import UsageError
from validator.http.masking import hide_key
from validator.http.sending import send
from validator.http.url import checked_webhook_url, host_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

SECRET_PREFIX = "whsec_"  # noqa: S105 - what a secret in base64 begins with
# The specification asks for 192 bits of randomness, which are 24 bytes.
LEAST_SECRET_CHARS = 24


@dataclass(frozen=True, slots=True)
class Webhook:
    """Address and signing secret of messages. Its repr shows neither, since the URL may hold a secret too.

    Attributes:
        url: https, or http to this machine.
        secret: the key of the signature.
    """

    url: str = field(repr=False)
    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, url: str, secret: str) -> Self:
        """Return the webhook for a URL and a secret.

        After the prefix `whsec_` a secret is decoded as base64. Without it, it is used unchanged.

        Raises:
            UsageError: the URL or the secret cannot be used. The message quotes neither.
        """
        remedy = "Give --notify the whole https:// address"
        return cls(checked_webhook_url(url, remedy=remedy), _secret(secret))

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return host_of(self.url)

    def headers(self, body: bytes, message_id: str, now_s: float) -> dict[str, str]:
        """Return the headers of a message: its id, the time in whole Unix seconds, and the signature."""
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
    """Send a message once.

    Args:
        client: sends it.
        webhook: the receiver.
        body: the message as JSON.
        message_id: the same for each attempt, so that the receiver can recognize a repetition.
        now_s: the time of day in Unix seconds, which receivers compare with their own.

    Raises:
        NotDelivered: the receiver did not accept it.
    """
    headers = webhook.headers(body, message_id, now_s())
    await send(client, webhook.url, body, headers)


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
