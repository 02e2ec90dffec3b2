"""The metrics of the last run, in the text format that Prometheus and its node_exporter read.

They describe one run, so each is a gauge that the next run replaces; `last_success` alone is kept. No metric
holds anybody's number, and no label comes from the list.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.reports.run_end import RunEnd
    from validator.reports.summary import Summary

LAST_RUN = "validator_last_run_timestamp_seconds"
LAST_SUCCESS = "validator_last_success_timestamp_seconds"


def render_metrics(end: RunEnd, *, run: str, last_success_s: float | None = None) -> bytes:
    """Return the metrics of a run that ended.

    Those of the summary are left out if the run failed before it had one.

    Args:
        end: how it ended.
        run: the label `run` of each metric, which tells the runs of one machine apart.
        last_success_s: when an earlier run succeeded, in Unix seconds; None if none has.
    """
    gauges = _Gauges(run)
    gauges.set(LAST_RUN, "When the last run ended, in Unix seconds.", end.finished_at_s)
    success_s = end.finished_at_s if end.is_success else last_success_s
    if success_s is not None:
        gauges.set(LAST_SUCCESS, "When the last run that succeeded ended, in Unix seconds.", success_s)
    gauges.set("validator_last_run_exit_code", "Its exit code, as the README lists them.", end.exit_code)
    gauges.set("validator_last_run_success", "1 if that exit code counts as success.", end.is_success)
    gauges.set("validator_last_run_duration_seconds", "How long the last run took.", end.duration_s)
    gauges.each("validator_build_info", "The version that ran.", "version", {end.version: 1})
    if end.summary is not None:
        _add_summary(gauges, end.summary)
    return generate_latest(gauges.registry)


def last_success_s(content: bytes) -> float | None:
    """Return when a run succeeded by metrics written earlier, in Unix seconds; None if none has.

    Raises:
        ValueError: the content is not empty, and holds no metrics of a run.
    """
    families = {family.name: family for family in text_string_to_metric_families(content.decode())}
    if content.strip() and LAST_RUN not in families:
        raise ValueError("no metrics of a run")
    found = families.get(LAST_SUCCESS)
    return found.samples[0].value if found and found.samples else None


def _add_summary(gauges: _Gauges, summary: Summary) -> None:
    gauges.each("validator_last_run_rows", "Rows of the list, by verdict.", "verdict", summary.verdicts)
    numbers = {
        "distinct": summary.distinct_numbers,
        "already_known": summary.already_known,
        "asked": summary.asked,
    }
    gauges.each("validator_last_run_numbers", "Distinct numbers, by what became of them.", "state", numbers)
    gauges.set("validator_last_run_sendable_rows", "Rows of the sendable file.", summary.sendable_rows)
    calls = asdict(summary.calls)
    gauges.each("validator_last_run_calls", "Requests, by the key of the summary's calls.", "kind", calls)
    gauges.set(
        "validator_last_run_rate_per_minute",
        "Requests a minute while the run asked.",
        summary.rate.used_per_min,
    )
    if summary.rate.limit_per_min is not None:
        gauges.set(
            "validator_last_run_rate_limit_per_minute",
            "The rate limit that ruled.",
            summary.rate.limit_per_min,
        )
    waited = {"held": summary.rate.held_s, "paused": sum(summary.pauses.values())}
    gauges.each(
        "validator_last_run_waited_seconds", "Time without requests, by whose doing.", "cause", waited
    )
    gauges.set("validator_last_run_warnings", "Warnings in the summary.", len(summary.warnings))


class _Gauges:
    """Gauges of one run, in a registry of their own: the library's is that of its process."""

    def __init__(self, run: str) -> None:
        self.registry = CollectorRegistry()
        self._run = run

    def set(self, name: str, what: str, value: float) -> None:
        """Add a gauge."""
        Gauge(name, what, ["run"], registry=self.registry).labels(run=self._run).set(value)

    def each(self, name: str, what: str, label: str, values: Mapping[str, float]) -> None:
        """Add a gauge with a value for each word of a label."""
        gauge = Gauge(name, what, ["run", label], registry=self.registry)
        for word, value in values.items():
            gauge.labels(self._run, word).set(value)
