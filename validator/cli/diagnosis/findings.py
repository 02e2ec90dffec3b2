"""The results of `validator doctor`: one line for each check, with a remedy if there is a problem."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.errors import Busy, StoppedEarly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.errors import ValidatorError

# These problems pass with time. Every other problem needs a person, and so is worse.
PASSING = frozenset({StoppedEarly.exit_code, Busy.exit_code})


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"


class Finding(Struct, frozen=True):
    """One line of the diagnosis.

    Attributes:
        check: the name of the check.
        state: how the check ended. A warning does not prevent a run.
        what: the result; for a warning or a problem it ends with the remedy.
        exit_code: the exit code of a problem, otherwise 0.
    """

    check: str
    state: State
    what: str
    exit_code: int = 0


def worst(findings: Sequence[Finding]) -> int:
    """Return the exit code of the worst problem (the first of equally bad ones); 0 if there is none."""
    codes = [one.exit_code for one in findings if one.state is State.PROBLEM]
    return min(codes, key=lambda code: code in PASSING, default=0)


def problem(check: str, error: ValidatorError) -> Finding:
    """Return the finding for an error; its message includes the remedy."""
    return Finding(check, State.PROBLEM, str(error), error.exit_code)
