"""A webhook: one message to a server of the user's, signed as https://www.standardwebhooks.com specifies."""

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
    """Send a message once.

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
