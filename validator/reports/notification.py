"""The message to a webhook at the end of a run: result and counts, without data of recipients."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from validator.reports.schema_version import SCHEMA_VERSION
from validator.reports.wording import headline
from validator.value import as_dict

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.reports.run_end import RunEnd
    from validator.reports.summary import Summary

# The keys of a summary that are sent. Others may contain cells (`readings`), numbers in options
# (`next_command`), or names of sessions, which may be numbers.
SENT = (
    "input",
    "rows",
    "distinct_numbers",
    "duplicate_rows",
    "already_known",
    "asked",
    "verdicts",
    "reasons",
    "sendable_rows",
    "sendable_partial",
    "calls",
)
_OF_RATE = ("limit_per_min", "used_per_min", "share_of_limit", "held_s")


def notification(end: RunEnd, *, mask: Callable[[str], str]) -> dict[str, Any]:
    """Return the message about a run that ended, as plain values for `json.dumps`.

    Its keys must not change (docs/schedules.md).

    Args:
        end: the end of the run.
        mask: returns a text without keys and numbers; used for every quoted text.
    """
    summary = end.summary
    why = end.error if summary is None else summary.stopped_because
    return {
        "schema_version": SCHEMA_VERSION,
        "event": "run_ended",
        "text": mask(_sentence(end)),
        "version": end.version,
        "command": end.command,
        "exit_code": end.exit_code,
        "success": end.is_success,
        "started_at": _iso(end.started_at_s),
        "finished_at": _iso(end.finished_at_s),
        "duration_s": end.duration_s,
        "stopped_because": None if why is None else mask(why),
        "summary": None if summary is None else _sent(summary, mask),
    }


def _sentence(end: RunEnd) -> str:
    if end.summary is None:
        return f"validator {end.command}: ended with exit code {end.exit_code}: {end.error}"
    return f"validator {end.command} {end.summary.input}: {headline(end.summary)[1]}"


def _sent(summary: Summary, mask: Callable[[str], str]) -> dict[str, Any]:
    facts, rate = summary.to_json(), as_dict(summary.rate)
    return {
        **{name: facts[name] for name in SENT},
        "input": mask(summary.input),
        "rate": {name: rate[name] for name in _OF_RATE},
        "warnings": [mask(warning) for warning in summary.warnings],
    }


def _iso(moment_s: float) -> str:
    return datetime.fromtimestamp(moment_s, UTC).isoformat(timespec="seconds")
