"""Signals and the deadline in synchronous code: they raise an exception there, so that it cleans up and ends.

A signal that the parent process has set to be ignored (SIGINT and SIGHUP under nohup, or in the background of
a script) stays ignored. This file has only fast imports, since `--help` loads it.
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

# Signals that have raised an exception in this process, in order.
_RAISED: list[int] = []


@contextmanager
def interruptible() -> Iterator[None]:
    """Let a signal raise `Interrupted` in synchronous code, so that temporary files are deleted."""
    with handling(*ending_signals()), _without_swallowed_traceback(), signal_error_first():
        yield


@contextmanager
def signal_error_first() -> Iterator[None]:
    """Raise the error of a signal instead of another library's error that followed it.

    Compiled code may swallow the exception of a signal handler, and then fail with another one.

    Raises:
        StoppedEarly: a signal came, and an error followed that is not one of this program.
    """
    before = len(_RAISED)
    try:
        yield
    except BaseException as error:
        if len(_RAISED) == before or isinstance(
            innermost(error), ValidatorError | SystemExit | GeneratorExit
        ):
            raise
        raise error_of_signal(_RAISED[before]) from error


@contextmanager
def _without_swallowed_traceback() -> Iterator[None]:
    """Keep Python from printing the traceback of a signal's exception that compiled code has swallowed."""
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
    """Let the deadline raise `StoppedEarly` inside the block, which may wait for a list forever."""
    if deadline is None:
        yield
        return
    with handling(signal.SIGALRM):
        # 0 would disable the timer.
        signal.setitimer(signal.ITIMER_REAL, max(deadline.timestamp() - time.time(), 1e-6))
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def handling(*signums: signal.Signals) -> Iterator[None]:
    """Let signals raise an exception inside the block; restores the previous handlers after it."""
    before = {signum: signal.signal(signum, _raise) for signum in signums}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def ending_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that end this process, including that of the deadline inside of `until`."""
    ending = [signum for signum in SIGNALS if signal.getsignal(signum) is not signal.SIG_IGN]
    deadline = [signal.SIGALRM] if signal.getsignal(signal.SIGALRM) is _raise else []
    return (*ending, *deadline)


def _raise(signum: int, _: FrameType | None) -> None:
    _RAISED.append(signum)
    raise error_of_signal(signum)


def error_of_signal(signum: int) -> StoppedEarly:
    """Return the error with which a signal ends the run."""
    if signum == signal.SIGALRM:
        return StoppedEarly("the deadline was reached while the list was read; nothing was asked")
    return Interrupted(signum)
