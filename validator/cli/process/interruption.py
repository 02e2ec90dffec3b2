"""What signals and the deadline do to plain code: they raise where it is, so that it cleans up and ends.

A signal that the parent has ignored for this process (SIGINT and SIGHUP under nohup, or in the background of
a script) stays ignored. Imports nothing that `--help` would have to wait for.
"""

from __future__ import annotations

import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from validator.errors import Interrupted, StoppedEarly, ValidatorError, innermost

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from types import FrameType

# SIGHUP: the terminal was closed, or its connection broke.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# Signals that have raised in this process, in their order.
_RAISED: list[int] = []


@contextmanager
def interruptible() -> Iterator[None]:
    """Let a signal raise `Interrupted` while plain code runs, so that temporary files are cleared away."""
    with handling(*heard()), _told_once(), undisguised():
        yield


@contextmanager
def undisguised() -> Iterator[None]:
    """Raise what a signal has raised inside the block, also if a library made another error of it.

    Compiled code may swallow what a handler raises, and fail for want of what it was about to get.

    Raises:
        StoppedEarly: a signal came, and an error that is not this tool's own followed.
    """
    before = len(_RAISED)
    try:
        yield
    except BaseException as error:
        if len(_RAISED) == before or isinstance(
            innermost(error), ValidatorError | SystemExit | GeneratorExit
        ):
            raise
        raise why(_RAISED[before]) from error


@contextmanager
def _told_once() -> Iterator[None]:
    """Keep Python from printing the traceback of a signal that compiled code has swallowed."""
    hook = sys.unraisablehook

    def unless_stopped(swallowed: sys.UnraisableHookArgs) -> None:
        if not isinstance(swallowed.exc_value, StoppedEarly):
            hook(swallowed)

    sys.unraisablehook = unless_stopped
    try:
        yield
    finally:
        sys.unraisablehook = hook


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
    _RAISED.append(signum)
    raise why(signum)


def why(signum: int) -> StoppedEarly:
    """Return why a signal ends the run."""
    if signum == signal.SIGALRM:
        return StoppedEarly("the deadline was reached while the list was read; nothing was asked")
    return Interrupted(signum)
