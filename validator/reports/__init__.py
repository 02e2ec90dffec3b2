"""What a run shows: its progress while it lasts, and its summary at the end, for people and for programs."""

from validator.reports.counts import CallCounts, Changes, RateUse, SessionCounts
from validator.reports.live import LiveProgress
from validator.reports.page.render import render_html
from validator.reports.plan_summary import PlanSummary
from validator.reports.progress import KeyProgress, LogProgress, NoProgress, Progress, ProgressState
from validator.reports.readings import CellExample, ReadingCount, masked_cell
from validator.reports.sample_summary import CountrySample, SampleSummary
from validator.reports.summary import Summary
from validator.reports.terminal import render_plan, render_sample, render_summary
from validator.reports.timeline import TimeBucket, Timeline, TimeSpan
from validator.reports.wording import count_text, duration_text, legible

__all__ = [
    "CallCounts",
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
    "render_summary",
]
