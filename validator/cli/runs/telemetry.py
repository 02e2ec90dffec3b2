"""Sends trace and metrics of a run to an OpenTelemetry collector."""

from __future__ import annotations

import os
import random
from functools import partial
from typing import TYPE_CHECKING

import anyio

from validator.batch.notify import MAX_ATTEMPTS, deliver
from validator.cli.process.signals import run_interruptible
from validator.cli.process.standard_streams import say
from validator.cli.runs.notifier import within_s
from validator.errors import UsageError
from validator.http.collector import HEADERS_VARIABLE, Collector, post
from validator.http.connection_settings import connection_settings
from validator.http.network import Network
from validator.http.sending import TIMEOUT
from validator.pacing import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from validator.http.connection_settings import ConnectionSettings
    from validator.reports.run_end import RunEnd

EXTRA = "--otlp needs more packages; install them with: pip install 'recipient-validator[otel]'"
# One data point of many is not worth a long wait.
WITHIN_S = 5.0


def telemetry(url: str, ca_file: Path | None, *, sharers: int) -> Callable[[RunEnd], None]:
    """Return a function that sends the end of a run; the settings are checked at once.

    Args:
        url: the collector's address.
        ca_file: certificate authorities to trust, in addition to the system's.
        sharers: the number of receivers of the end; after a signal they share the time.

    Raises:
        UsageError: the extra is missing, or the URL, or the headers or network settings of the environment
            cannot be used.
    """
    collector = Collector.parse(url, os.environ.get(HEADERS_VARIABLE, ""))
    way = connection_settings(collector.url, Network(ca_file=ca_file))
    return partial(_send, collector, way, _encoder(), sharers)


def _encoder() -> Callable[[RunEnd], dict[str, bytes]]:
    try:
        from validator.reports.otlp import encode_run  # noqa: PLC0415 - needs the extra
    except ModuleNotFoundError as error:
        raise UsageError(EXTRA) from error
    return encode_run


def _send(
    collector: Collector,
    way: ConnectionSettings,
    encode: Callable[[RunEnd], Mapping[str, bytes]],
    sharers: int,
    end: RunEnd,
) -> None:
    send = partial(_deliver, collector, way, encode(end), within_s(end, WITHIN_S, sharers=sharers))
    if failed := run_interruptible(send):
        what = "; ".join(f"{signal}: {why}" for signal, why in sorted(failed.items()))
        say(f"the telemetry to {collector.host} was not delivered ({what}); the run itself is not affected")


async def _deliver(
    collector: Collector, way: ConnectionSettings, bodies: Mapping[str, bytes], bound_s: float
) -> dict[str, str]:
    """Send all bodies concurrently, each to its own path; return the failures by telemetry signal."""
    failed: dict[str, str] = {}
    async with way.client(TIMEOUT) as client, anyio.create_task_group() as tasks:
        for signal, body in bodies.items():
            send = partial(post, client, collector, signal, body)
            tasks.start_soon(_deliver_one, signal, send, bound_s, failed)
    return failed


async def _deliver_one(
    signal: str, send: Callable[[], Awaitable[None]], bound_s: float, failed: dict[str, str]
) -> None:
    retry = RetryPolicy(max_attempts=MAX_ATTEMPTS, rng=random.Random())
    if why := await deliver(send, retry=retry, within_s=bound_s):
        failed[signal] = why
