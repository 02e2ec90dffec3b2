"""What a budget is: it says when the next request of one API key may start."""

from __future__ import annotations

import math
from typing import Protocol

from msgspec import Struct

from validator.model import NO_NOTICE, RateNotice


class Permit(Struct, frozen=True, eq=False):
    """The permission for one request: when it started, its number, and what the budget needs to cancel it.

    `is_check` says whether it asks about numbers, or goes to another endpoint of the provider.
    """

    started_at: float
    ordinal: int = 0
    slot_before: float = -math.inf
    slot_after: float = -math.inf
    is_check: bool = True


class BudgetReport(Struct, frozen=True, kw_only=True):
    """How a budget stands.

    Attributes:
        limit_per_min: requests allowed in a minute by the strictest window, or None for no limit.
        told_by: the source of the limit: `headers`, `--rate`, `--rate find` (an estimate), `refusals` (an
            estimate below the announced limit), `the gateway's default` or `none`.
        rate_per_min: the pace now: 0 while requests are held, infinity if nothing is paced.
        is_apart: whether only one request at a time is in flight, so that requests arrive evenly.
        used_per_min: requests started in the last 60 s.
        hold_until: when the hold in force ends, or None if nothing is held.
        hold_reason: why, empty if nothing is held.
        held_s: how long requests have been held so far.
        started: requests started, without the cancelled ones.
        refused: those refused for their rate.
        last_hold_reason: the reason of the last hold, also after it has ended; empty if there was none.
        most_in_flight: how many may be in flight by what was refused; infinity if no such limit shows.
        refused_in_a_row: how many requests were refused one after the other, each sent after a hold.
    """

    limit_per_min: float | None
    told_by: str
    rate_per_min: float
    used_per_min: int
    hold_until: float | None
    hold_reason: str
    held_s: float
    started: int
    refused: int
    last_hold_reason: str = ""
    is_apart: bool = False
    most_in_flight: float = math.inf
    refused_in_a_row: int = 0


class Budget(Protocol):
    """One API key's requests. Times are in seconds on one clock that never goes back."""

    def ready_at(self, now: float, todo: int) -> float:
        """Return the earliest time at which the next request may start; up to `now` means at once.

        Infinity: not before a request in flight has ended. Ask again after every `finish`.

        Args:
            now: the current time.
            todo: requests still to make, with this one and without those in flight.
        """
        ...

    def start(self, now: float, *, is_check: bool = True) -> Permit:
        """Start a request. `RuntimeError` if `ready_at` does not allow it.

        Args:
            now: the current time.
            is_check: whether it asks about numbers. Limits in replies of other endpoints are used only until
                a check has been answered: an endpoint may have a limit of its own.
        """
        ...

    def cancel(self, permit: Permit, now: float) -> None:
        """Cancel a request that was never sent: its place is free again."""
        ...

    def finish(
        self,
        permit: Permit,
        now: float,
        notice: RateNotice = NO_NOTICE,
        *,
        refused: bool = False,
        by_front: bool = False,
    ) -> None:
        """End a request, however it ended.

        Args:
            permit: what `start` returned.
            now: the current time.
            notice: what the reply said about rates.
            refused: whether it was refused for its rate (429, 503 with `Retry-After`, 503 of a proxy): this
                holds the whole key.
            by_front: whether a proxy in front of the provider refused it, without a waiting time.
        """
        ...

    def rate_per_min(self, now: float) -> float:
        """Return the pace now: 0 while requests are held, infinity if nothing is paced."""
        ...

    def report(self, now: float) -> BudgetReport:
        """Return how the budget stands."""
        ...
