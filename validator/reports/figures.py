"""The metrics of the last run for monitoring, independent of the format.

They describe one run, and the next run replaces them. They contain no phone numbers, and no label comes from
the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validator.value import as_dict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from validator.reports.run_end import RunEnd
    from validator.reports.summary import Summary

LAST_RUN = "validator_last_run_timestamp_seconds"
LAST_SUCCESS = "validator_last_success_timestamp_seconds"


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of a run.

    Attributes:
        name: its name, which must not change (docs/schedules.md).
        description: its meaning, in one sentence.
        values: its value for each value of the label; without a label, the one key is empty.
        label: the label's name, or empty.
    """

    name: str
    description: str
    values: Mapping[str, float]
    label: str = ""


def figures_of(end: RunEnd, *, last_success_s: float | None = None) -> Iterator[Figure]:
    """Yield the metrics of a run that ended. Those of the summary are included if it has one.

    Args:
        end: the end of the run.
        last_success_s: when an earlier run succeeded, in Unix seconds; None if not known.
    """
    yield _one(LAST_RUN, "When the last run ended, in Unix seconds.", end.finished_at_s)
    success_s = end.finished_at_s if end.is_success else last_success_s
    if success_s is not None:
        yield _one(LAST_SUCCESS, "When the last run that succeeded ended, in Unix seconds.", success_s)
    yield _one("validator_last_run_exit_code", "Its exit code, as the README lists them.", end.exit_code)
    yield _one("validator_last_run_success", "1 if that exit code counts as success.", int(end.is_success))
    yield _one("validator_last_run_duration_seconds", "How long the last run took.", end.duration_s)
    yield Figure("validator_build_info", "The version that ran.", {end.version: 1}, "version")
    if end.summary is not None:
        yield from _counts(end.summary)
        yield from _pace(end.summary)
        yield _one("validator_last_run_warnings", "Warnings in the summary.", len(end.summary.warnings))


def _counts(summary: Summary) -> Iterator[Figure]:
    yield Figure("validator_last_run_rows", "Rows of the list, by verdict.", summary.verdicts, "verdict")
    numbers = {
        "distinct": summary.distinct_numbers,
        "already_known": summary.already_known,
        "asked": summary.asked,
    }
    yield Figure("validator_last_run_numbers", "Distinct numbers, by state.", numbers, "state")
    yield _one("validator_last_run_sendable_rows", "Rows of the sendable file.", summary.sendable_rows)
    calls = as_dict(summary.calls)
    yield Figure("validator_last_run_calls", "Requests, by the key of the summary's calls.", calls, "kind")


def _pace(summary: Summary) -> Iterator[Figure]:
    rate = summary.rate
    yield _one(
        "validator_last_run_rate_per_minute", "Requests a minute while the run asked.", rate.used_per_min
    )
    if rate.limit_per_min is not None:
        name = "validator_last_run_rate_limit_per_minute"
        yield _one(name, "The rate limit in force.", float(rate.limit_per_min))
    waited = {"held": float(rate.held_s), "paused": float(sum(summary.pauses.values()))}
    description = "Time without requests, by cause."
    yield Figure("validator_last_run_waited_seconds", description, waited, "cause")


def _one(name: str, description: str, value: float) -> Figure:
    return Figure(name, description, {"": value})
