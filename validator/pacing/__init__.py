"""Budgets, retry decisions, breaker and session health: pure decisions on a passed-in `now`, in seconds.

Nothing here waits, sends or reads a clock. The caller asks a `Budget` when the next request may start, and a
`Lane` whether one may go through its session; it tells both how each request ended.
"""

from validator.pacing.budget.concurrency import Concurrency
from validator.pacing.budget.paced import PacedBudget
from validator.pacing.budget.protocol import Budget, BudgetReport, Ticket
from validator.pacing.budget.unpaced import NoBudget
from validator.pacing.decisions import (
    Action,
    Again,
    Answered,
    AskCanary,
    Decision,
    Doubted,
    Ending,
    Go,
    Halt,
    LookAtSession,
    Retract,
    Retry,
    Ruling,
    Settle,
    Vouch,
    Wait,
)
from validator.pacing.guard.canaries import Canaries
from validator.pacing.guard.protocol import Guard, Mark, NoGuard
from validator.pacing.guard.session_guard import SessionGuard
from validator.pacing.lane.breaker import Breaker, BreakerState
from validator.pacing.lane.failure_kinds import ending_of, is_refusal
from validator.pacing.lane.key_health import KeyHealth
from validator.pacing.lane.lane import Lane
from validator.pacing.lane.report import LaneReport, LaneState
from validator.pacing.lane.retry import RetryBudget, RetryPolicy

__all__ = [
    "Action",
    "Again",
    "Answered",
    "AskCanary",
    "Breaker",
    "BreakerState",
    "Budget",
    "BudgetReport",
    "Canaries",
    "Concurrency",
    "Decision",
    "Doubted",
    "Ending",
    "Go",
    "Guard",
    "Halt",
    "KeyHealth",
    "Lane",
    "LaneReport",
    "LaneState",
    "LookAtSession",
    "Mark",
    "NoBudget",
    "NoGuard",
    "PacedBudget",
    "Retract",
    "Retry",
    "RetryBudget",
    "RetryPolicy",
    "Ruling",
    "SessionGuard",
    "Settle",
    "Ticket",
    "Vouch",
    "Wait",
    "ending_of",
    "is_refusal",
]
