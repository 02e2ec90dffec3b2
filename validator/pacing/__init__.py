"""Budgets, retry decisions, breaker and session health: pure decisions on a passed-in `now`, in seconds.

Nothing here waits, sends or reads a clock. The caller asks a `Budget` when the next request may start, and a
`Lane` whether one may go through its session; it tells both how each request ended.
"""

from validator.pacing.breaker import Breaker, BreakerState
from validator.pacing.budget import Budget, BudgetReport, Ticket
from validator.pacing.decisions import (
    Action,
    Again,
    Answered,
    Decision,
    Go,
    Halt,
    LookAtSession,
    Retry,
    Settle,
    Wait,
)
from validator.pacing.key import KeyHealth
from validator.pacing.lane import Lane, LaneReport, LaneState
from validator.pacing.meaning import ending_of, is_refusal
from validator.pacing.paced import PacedBudget
from validator.pacing.retry import RetryBudget, RetryPolicy
from validator.pacing.session import CONNECTED
from validator.pacing.unpaced import NoBudget

__all__ = [
    "CONNECTED",
    "Action",
    "Again",
    "Answered",
    "Breaker",
    "BreakerState",
    "Budget",
    "BudgetReport",
    "Decision",
    "Go",
    "Halt",
    "KeyHealth",
    "Lane",
    "LaneReport",
    "LaneState",
    "LookAtSession",
    "NoBudget",
    "PacedBudget",
    "Retry",
    "RetryBudget",
    "RetryPolicy",
    "Settle",
    "Ticket",
    "Wait",
    "ending_of",
    "is_refusal",
]
