"""Budgets, retry decisions, breaker and session health: pure decisions on a passed-in `now`, in seconds.

Nothing here waits, sends or reads a clock. The caller asks a `Budget` when the next request may start, and a
`Lane` whether one may go through its session. It reports to both how each request ended.

`budget.paced`, the usual budget, is imported where one is made: keys without a limit, and plans, have none.
"""

from validator.pacing.budget.concurrency import Concurrency
from validator.pacing.budget.protocol import Budget, BudgetReport, Permit
from validator.pacing.budget.unpaced import NoBudget
from validator.pacing.decisions import (
    Accept,
    Action,
    AskCanary,
    Confirm,
    Decision,
    Ending,
    FetchSessionStatus,
    Go,
    Halt,
    Invalidate,
    Requeue,
    Resolve,
    Retry,
    Ruling,
    Unverified,
    Wait,
)
from validator.pacing.guard.canaries import Canaries
from validator.pacing.guard.protocol import Checkpoint, Guard, NoGuard
from validator.pacing.guard.session_guard import SessionGuard
from validator.pacing.guard.vouching import CANARY_AFTER_S, Proof
from validator.pacing.lane.breaker import Breaker, BreakerState
from validator.pacing.lane.failure_kinds import ending_of, is_by_front, is_refusal
from validator.pacing.lane.key_health import KeyHealth
from validator.pacing.lane.lane import Lane
from validator.pacing.lane.patience import Patience
from validator.pacing.lane.report import LaneReport, LaneState
from validator.pacing.lane.retry import RetryBudget, RetryPolicy

__all__ = [
    "CANARY_AFTER_S",
    "Accept",
    "Action",
    "AskCanary",
    "Breaker",
    "BreakerState",
    "Budget",
    "BudgetReport",
    "Canaries",
    "Checkpoint",
    "Concurrency",
    "Confirm",
    "Decision",
    "Ending",
    "FetchSessionStatus",
    "Go",
    "Guard",
    "Halt",
    "Invalidate",
    "KeyHealth",
    "Lane",
    "LaneReport",
    "LaneState",
    "NoBudget",
    "NoGuard",
    "Patience",
    "Permit",
    "Proof",
    "Requeue",
    "Resolve",
    "Retry",
    "RetryBudget",
    "RetryPolicy",
    "Ruling",
    "SessionGuard",
    "Unverified",
    "Wait",
    "ending_of",
    "is_by_front",
    "is_refusal",
]
