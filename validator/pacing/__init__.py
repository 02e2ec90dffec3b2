"""Budgets, retry decisions, breaker and session health: pure decisions on a passed-in `now`, in seconds.

Nothing here waits, sends or reads a clock. The caller asks a `Budget` when the next request may start, and a
`Lane` whether one may go through its session; it tells both how each request ended.
"""

from validator.pacing.breaker import Breaker, BreakerState
from validator.pacing.budget import Budget, BudgetReport, Ticket
from validator.pacing.canaries import Canaries
from validator.pacing.concurrency import Concurrency
from validator.pacing.decisions import (
    Action,
    Again,
    Answered,
    AskCanary,
    Decision,
    Doubted,
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
from validator.pacing.guard import Guard, Mark
from validator.pacing.guarded import SessionGuard
from validator.pacing.key import KeyHealth
from validator.pacing.lane import Lane
from validator.pacing.meaning import ending_of, is_refusal
from validator.pacing.paced import PacedBudget
from validator.pacing.retry import RetryBudget, RetryPolicy
from validator.pacing.session import CONNECTED
from validator.pacing.standing import LaneReport, LaneState
from validator.pacing.unguarded import NoGuard
from validator.pacing.unpaced import NoBudget

__all__ = [
    "CONNECTED",
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
