"""What `validator doctor` finds: one line a check, with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from validator.errors import Busy, StoppedEarly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.errors import ValidatorError

# These pass with time. Every other problem needs a hand, and so is the worse one.
PASSING = frozenset({StoppedEarly.exit_code, Busy.exit_code})


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the diagnosis; `exit_code` is 0 where there is no problem. A warning stops no run.

    Unless all is well, `what` ends with what to do.
    """

    check: str
    state: State
    what: str
    exit_code: int = 0


def worst(findings: Sequence[Finding]) -> int:
    """Return the exit code of the worst problem, the first of its kind; 0 where there is none."""
    codes = [one.exit_code for one in findings if one.state is State.PROBLEM]
    return min(codes, key=lambda code: code in PASSING, default=0)


def problem(check: str, error: ValidatorError) -> Finding:
    """Return the finding that an error is; its message says what to do."""
    return Finding(check, State.PROBLEM, str(error), error.exit_code)
