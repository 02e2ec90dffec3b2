"""What signals and the deadline do to plain code: they raise where it is, so that it cleans up and ends.

A signal that the parent has ignored for this process (SIGINT and SIGHUP under nohup, or in the background of
a script) stays ignored. Imports nothing that `--help` would have to wait for.
"""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from validator.errors import Interrupted, StoppedEarly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from types import FrameType

# SIGHUP: the terminal was closed, or its connection broke.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let a signal raise `Interrupted` while plain code runs, so that temporary files are cleared away."""
    with handling(*heard()):
        yield


@contextmanager
def until(deadline: datetime | None) -> Iterator[None]:
    """Let the deadline raise `StoppedEarly` inside the block, which may wait for a list that never comes."""
    if deadline is None:
        yield
        return
    with handling(signal.SIGALRM):
        # At 0 the timer would never ring.
        signal.setitimer(signal.ITIMER_REAL, max(deadline.timestamp() - time.time(), 1e-6))
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def handling(*signums: signal.Signals) -> Iterator[None]:
    """Let signals raise inside the block; the handlers there were come back."""
    before = {signum: signal.signal(signum, _raise) for signum in signums}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def heard() -> tuple[signal.Signals, ...]:
    """Return the signals that end this process, the deadline's too if `until` waits for it."""
    ending = [signum for signum in SIGNALS if signal.getsignal(signum) is not signal.SIG_IGN]
    deadline = [signal.SIGALRM] if signal.getsignal(signal.SIGALRM) is _raise else []
    return (*ending, *deadline)


def _raise(signum: int, _: FrameType | None) -> None:
    raise why(signum)


def why(signum: int) -> StoppedEarly:
    """Return why a signal ends the run."""
    if signum == signal.SIGALRM:
        return StoppedEarly("the deadline was reached while the list was read; nothing was asked")
    return Interrupted(signum)
