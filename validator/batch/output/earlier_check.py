"""Completes a report that is made after a run with values from the run's summary, which the ledger stores."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace

from validator.reports import CallCounts, Changes, RateUse, SessionCounts, TimeBucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.ledger import LedgerReader
    from validator.reports import Summary

Value = TypeVar("Value", CallCounts, Changes, RateUse, SessionCounts, TimeBucket)

# Later runs may have checked the list with other options, or another list with the same name.
LATEST_RUNS = 20


def with_check(summary: Summary, ledger: LedgerReader, input_name: str) -> Summary:
    """Return a summary with calls, sessions, rates, pauses, timeline and changes of the list's last check.

    The check is found by the list's name, rows and distinct numbers. If there is none, returns the summary as
    it is.

    Args:
        summary: the summary of the list, made from the ledger now.
        ledger: has the summaries of earlier checks.
        input_name: the list's name in the ledger.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    for record in ledger.runs(LATEST_RUNS, input_name=input_name):
        if record.command != "check" or record.summary_json is None:
            continue
        kept = json.loads(record.summary_json)
        if (kept["rows"], kept["distinct_numbers"]) == (summary.rows, summary.distinct_numbers):
            return replace(summary, **_parts(kept))
    return summary


def _parts(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a stored summary that are not in the ledger's facts. Older summaries lack some."""
    return {
        "check_finished_at": kept["finished_at"],
        "already_known": kept["already_known"],
        "asked": kept["asked"],
        "from_contacts": kept.get("from_contacts", 0),
        "calls": _value(CallCounts, kept["calls"]),
        "sessions": [_value(SessionCounts, one) for one in kept["sessions"]],
        "rate": _value(RateUse, kept["rate"]),
        "keys": [_value(RateUse, one) for one in kept.get("keys", ())],
        "pauses": kept.get("pauses", {}),
        "timeline": [_value(TimeBucket, one) for one in kept.get("timeline", ())],
        "changes": _value(Changes, kept.get("changes", {})),
        "warnings": kept.get("warnings", ()),
        "command_line": kept.get("command_line"),
        "settings": kept.get("settings", {}),
    }


def _value(of: type[Value], kept: Mapping[str, Any]) -> Value:
    """Return a value of a stored summary, without fields that a later version has added."""
    return of(**{name: kept[name] for name in of.__struct_fields__ if name in kept})
