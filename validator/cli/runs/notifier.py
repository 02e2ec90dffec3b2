"""Sends a message about the end of a run to a webhook."""

from __future__ import annotations

import json
import random
import time
import uuid
from functools import partial
from typing import TYPE_CHECKING

from validator.batch.notify import MAX_ATTEMPTS, WITHIN_AFTER_SIGNAL_S, WITHIN_S, deliver
from validator.cli.process.interruption import SIGNALS
from validator.cli.process.signals import run_interruptible
from validator.cli.process.standard_streams import say
from validator.http.connection_settings import connection_settings
from validator.http.masking import one_line
from validator.http.network import Network
from validator.http.sending import TIMEOUT
from validator.http.webhook import Webhook, post
from validator.pacing import RetryPolicy
from validator.reports.notification import notification

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from validator.http.connection_settings import ConnectionSettings
    from validator.reports.run_end import RunEnd

_ENDED_BY_SIGNAL = frozenset(128 + signum for signum in SIGNALS)


def notifier(url: str, secret: str, ca_file: Path | None, *, sharers: int) -> Callable[[RunEnd], None]:
    """Return a function that sends the end of a run; the settings are checked at once.

    Args:
        url: the webhook's address.
        secret: the secret for the signature.
        ca_file: certificate authorities to trust, in addition to the system's.
        sharers: the number of receivers of the end; after a signal they share the time.

    Raises:
        UsageError: the URL, the secret, or the network settings of the environment cannot be used.
    """
    webhook = Webhook.parse(url, secret)
    return partial(_send, webhook, connection_settings(webhook.url, Network(ca_file=ca_file)), sharers)


def within_s(end: RunEnd, usual_s: float, *, sharers: int) -> float:
    """Return how many seconds sending may take; after a signal it is less than usual."""
    return WITHIN_AFTER_SIGNAL_S / sharers if end.exit_code in _ENDED_BY_SIGNAL else usual_s


def _send(webhook: Webhook, way: ConnectionSettings, sharers: int, end: RunEnd) -> None:
    body = json.dumps(notification(end, mask=one_line), ensure_ascii=False).encode()
    bound_s = within_s(end, WITHIN_S, sharers=sharers)
    if why := run_interruptible(partial(_deliver, webhook, way, body, bound_s)):
        say(f"the message to {webhook.host} was not delivered ({why}); the run itself is not affected")


async def _deliver(webhook: Webhook, way: ConnectionSettings, body: bytes, bound_s: float) -> str:
    message_id = f"msg_{uuid.uuid4().hex}"
    async with way.client(TIMEOUT) as client:
        send = partial(post, client, webhook, body, message_id=message_id, now_s=time.time)
        retry = RetryPolicy(max_attempts=MAX_ATTEMPTS, rng=random.Random())
        return await deliver(send, retry=retry, within_s=bound_s)
