"""Takes the numbers of one request from the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.batch.asking.array import Array

if TYPE_CHECKING:
    from validator.batch.asking.check import Check
    from validator.batch.asking.run_state import RunState
    from validator.batch.asking.steps import GatewayLane


def take_array(state: RunState, lane: GatewayLane, now: float) -> Array:
    """Take the numbers of one exchange from the queue: at least one, and more if they are due."""
    if state.queue.suspects:
        return state.queue.take_suspects()
    checks = [_next(state, now)]
    if (max_batch := lane.gateway.capabilities.max_batch) > 1:
        most = min(max_batch, checks[0].most, state.left_today(lane))
        while len(checks) < most and _queue_ready_at(state, now) <= now:
            checks.append(_next(state, now))
    return Array(checks)


def _queue_ready_at(state: RunState, now: float) -> float:
    return state.queue.ready_at(now, retries_from=state.retries.ready_at)


def _next(state: RunState, now: float) -> Check:
    check = state.queue.take(now, retries_from=state.retries.ready_at)
    if check.is_retry:
        state.retries.take(now)
    elif not check.is_begun:
        state.retries.first_attempt()
    check.is_begun = True
    return check
