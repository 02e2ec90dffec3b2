"""The reports of a run: its progress while it lasts, and its summary at the end, for people and for programs.

- `progress`: the state of a run, and who shows it; `live`: shows it on a terminal.
- `summary`, `plan_summary`, `sample_summary`: the results of a run, a plan and a sample, as values.
- `counts`, `timeline`, `readings`, `money`: the values inside of them.
- `facts`, `plan_facts`, `wording`: the same values as texts.
- `terminal`: the reports on a terminal; `fitting`: its tables.
- `page`: the report as an HTML page; `registry`: the reports that are files; `written_file`: links to files.
- `run_end`: the end of a run, for monitoring; `figures`: its metrics.
- `metrics`: the metrics for Prometheus; `otlp`: for OpenTelemetry; `notification`: the message of a webhook.
- `schema_version`: the version of the JSON output.

The names below are imported on first use, since help texts need the names of the reports but not rich.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validator.reports.counts import CallCounts, Changes, RateUse, SessionCounts
    from validator.reports.live import LiveProgress
    from validator.reports.page.render import render_html
    from validator.reports.plan_summary import PlanSummary
    from validator.reports.progress import (
        CallbackProgress,
        KeyProgress,
        LogProgress,
        NoProgress,
        Progress,
        ProgressState,
    )
    from validator.reports.readings import CellExample, ReadingCount, masked_cell
    from validator.reports.sample_summary import CountrySample, SampleSummary
    from validator.reports.summary import Summary
    from validator.reports.terminal import render_plan, render_sample, render_start, render_summary
    from validator.reports.timeline import TimeBucket, Timeline, TimeSpan
    from validator.reports.wording import count_text, duration_text, legible

_MODULES = {
    "counts": ("CallCounts", "Changes", "RateUse", "SessionCounts"),
    "live": ("LiveProgress",),
    "page.render": ("render_html",),
    "plan_summary": ("PlanSummary",),
    "progress": ("CallbackProgress", "KeyProgress", "LogProgress", "NoProgress", "Progress", "ProgressState"),
    "readings": ("CellExample", "ReadingCount", "masked_cell"),
    "sample_summary": ("CountrySample", "SampleSummary"),
    "summary": ("Summary",),
    "terminal": ("render_plan", "render_sample", "render_start", "render_summary"),
    "timeline": ("TimeBucket", "Timeline", "TimeSpan"),
    "wording": ("count_text", "duration_text", "legible"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "CallCounts",
    "CallbackProgress",
    "CellExample",
    "Changes",
    "CountrySample",
    "KeyProgress",
    "LiveProgress",
    "LogProgress",
    "NoProgress",
    "PlanSummary",
    "Progress",
    "ProgressState",
    "RateUse",
    "ReadingCount",
    "SampleSummary",
    "SessionCounts",
    "Summary",
    "TimeBucket",
    "TimeSpan",
    "Timeline",
    "count_text",
    "duration_text",
    "legible",
    "masked_cell",
    "render_html",
    "render_plan",
    "render_sample",
    "render_start",
    "render_summary",
]


def __getattr__(name: str) -> object:
    """Import a name on first use."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
