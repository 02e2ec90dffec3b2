"""Which rows of a list cost a request, and which did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validator.model import Source
from validator.reports.plan_summary import calls_time_s

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.reports.summary import Summary

SAVING_WORDS = {
    "asked": "asked about now",
    "known": "known from earlier runs",
    "duplicate": "the same number as an earlier row",
    "contacts": "answered by the session's contacts",
    "offline": "decided without a request: no number, a landline that is skipped, or suppressed",
    "left": "not asked about",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """All rows of a list, by what they cost.

    Attributes:
        rows: the number of rows for each key of `SAVING_WORDS`.
        saved: rows that cost no request.
        answered_before: the saved rows that have an answer.
        saved_s: how long requests for the saved rows would have taken at the limit; None without a limit.
    """

    rows: Mapping[str, int]
    saved: int
    answered_before: int
    saved_s: float | None


def savings_of(summary: Summary) -> Savings:
    """Return which rows of a run cost a request, and which did not."""
    to_ask = max(0, summary.distinct_numbers - summary.already_known - summary.from_contacts)
    # `asked` includes alternative spellings, which are not rows of the list.
    asked = min(summary.asked, to_ask)
    rows = {
        "asked": asked,
        "known": summary.already_known,
        "duplicate": summary.duplicate_rows,
        "contacts": summary.from_contacts,
        "offline": summary.sources.get(Source.OFFLINE.value, 0),
        "left": to_ask - asked,
    }
    answered_before = rows["known"] + rows["duplicate"] + rows["contacts"]
    saved = answered_before + rows["offline"]
    limit = summary.rate.limit_per_min
    saved_s = calls_time_s(saved, limit) if limit else None
    return Savings(rows=rows, saved=saved, answered_before=answered_before, saved_s=saved_s)
