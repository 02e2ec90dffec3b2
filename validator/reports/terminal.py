"""Renders the summary, the plan and the sample of a run for a terminal, with rich."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from validator.model import Reason, Verdict
from validator.reports.facts import TOP_COUNTRIES, lines_text, sample_facts, summary_facts
from validator.reports.fitting import BAR, BLOCK, FittingTable
from validator.reports.money import cost_text
from validator.reports.plan_facts import plan_facts, plan_sentence, start_facts
from validator.reports.readings import READING_WORDS, examples_text
from validator.reports.wording import (
    REASON_WORDS,
    VERDICT_WORDS,
    Tone,
    count_text,
    duration_text,
    headline,
    next_steps,
    printable,
    rate_text,
    sample_headline,
    sample_steps,
    share_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import RenderableType

    from validator.reports.plan_summary import PlanSummary
    from validator.reports.readings import ReadingCount
    from validator.reports.sample_summary import SampleSummary
    from validator.reports.summary import Summary
    from validator.reports.wording import Step

VERDICT_STYLES: Mapping[str, str] = MappingProxyType(
    {
        Verdict.REGISTERED: "green",
        Verdict.NOT_REGISTERED: "yellow",
        Verdict.INVALID: "magenta",
        Verdict.UNKNOWN: "red",
        Verdict.SUPPRESSED: "cyan",
    }
)
TONE_STYLES: Mapping[Tone, str] = MappingProxyType(
    {Tone.GOOD: "bold green", Tone.CAUTION: "bold yellow", Tone.BAD: "bold red"}
)
BAR_WIDTH = 12
EXAMPLES = "examples (row 1: the first data row)"
NUMERIC_COLUMNS = frozenset(
    {
        "rows",
        "share",
        "attempts",
        "failures",
        "error rate",
        "a minute",
        "time",
        "at most",
        "calls",
        "numbers",
        "sampled",
        "answered",
        "on WhatsApp",
    }
)
WRAPPED_COLUMNS = frozenset({"meaning", "kinds of line", EXAMPLES})


def render_summary(summary: Summary) -> RenderableType:
    """Return the report after a run: how it ended, its results, and what to do next."""
    tone, sentence = headline(summary)
    parts: list[RenderableType] = [
        Text(printable(sentence), style=TONE_STYLES[tone]),
        _verdicts(summary),
        *_reasons("Why not a plain yes", summary.reasons, summary.rows),
        *_readings(summary.readings),
        _facts(summary_facts(summary)),
        *_sessions(summary),
        *_warnings(summary.warnings),
        *_next(next_steps(summary)),
    ]
    return _stack(parts)


def render_plan(plan: PlanSummary) -> RenderableType:
    """Return the report of a plan: the numbers of the list, the calls, and their time on each plan."""
    parts: list[RenderableType] = [
        *([Text(printable(plan.obstacle), style=TONE_STYLES[Tone.BAD])] if plan.obstacle else []),
        Text(plan_sentence(plan), style="bold"),
        _facts(plan_facts(plan)),
        *_reasons("Never asked about", plan.invalid, plan.rows),
        *_readings(plan.readings),
        *_plan_countries(plan),
        *_plan_times(plan),
        *_warnings(plan.warnings),
    ]
    return _stack(parts)


def render_start(plan: PlanSummary) -> RenderableType:
    """Return the lines before a run: how the list is read, the calls, and their time."""
    return _stack([Group(Text(plan_sentence(plan), style="bold"), _facts(start_facts(plan)))])


def render_sample(sample: SampleSummary) -> RenderableType:
    """Return the report of a sample: the estimate for the whole list, and the cost of checking all of it."""
    tone, sentence = sample_headline(sample)
    about = "about " if sample.whole.confirmations_expected else ""
    calls = count_text(sample.whole.calls_expected, "more call")
    cost = cost_text(sample.whole.cost, sample.whole.price)
    parts: list[RenderableType] = [
        Text(printable(sentence), style=TONE_STYLES[tone]),
        _facts(sample_facts(sample)),
        *_reasons("Why not a plain yes", sample.reasons, sample.sampled, "numbers"),
        *_sample_countries(sample),
        Text(f"A check of the whole list makes {about}{calls}{cost and f': {cost}'}.", style="bold"),
        *(_plan_times(sample.whole) if sample.whole.calls_expected else ()),
        *_warnings(sample.warnings),
        *_next(sample_steps(sample)),
    ]
    return _stack(parts)


def _stack(parts: Iterable[RenderableType]) -> RenderableType:
    """Return the parts with an empty line after each.

    It does not use rich's Padding, which fills lines with spaces: a space after a backslash would break the
    command at the end of the summary if a user copies it.
    """
    return Group(*(line for part in parts for line in (part, Text())))


def _table(*columns: str) -> FittingTable:
    return FittingTable(*columns, figures=NUMERIC_COLUMNS, texts=WRAPPED_COLUMNS)


def _verdicts(summary: Summary) -> FittingTable:
    table = _table("verdict", "rows", "share", BAR, "meaning")
    for verdict, words in VERDICT_WORDS.items():
        count = summary.verdicts[verdict]
        style = VERDICT_STYLES[verdict] if count else "dim"
        bar = Text(_bar(count, summary.rows), style=style)
        share = share_text(count, summary.rows)
        table.add_row(Text(verdict, style=style), f"{count:,}", share, bar, Text(words, style="dim"))
    table.add_section()
    table.add_row("all rows", f"{summary.rows:,}")
    return table


def _bar(count: int, total: int) -> str:
    """Return a bar for the count's share. Any count above 0 gives at least one block."""
    return BLOCK * max(round(BAR_WIDTH * count / total), 1) if count else ""


def _reasons(
    title: str, reasons: Mapping[str, int], total: int, counted: str = "rows"
) -> Iterable[FittingTable]:
    if not reasons:
        return
    table = _table(title.lower(), counted, "share", "meaning")
    for word, count in reasons.items():
        table.add_row(
            word, f"{count:,}", share_text(count, total), Text(REASON_WORDS[Reason(word)], style="dim")
        )
    yield table


def _readings(readings: Iterable[ReadingCount]) -> Iterable[FittingTable]:
    table = _table("how cells were read", "rows", EXAMPLES, "meaning")
    for count in readings:
        examples, meaning = Text(printable(examples_text(count))), READING_WORDS[count.reading]
        table.add_row(count.reading, f"{count.rows:,}", examples, Text(meaning, style="dim"))
    if table.row_count:
        yield table


def _facts(facts: Mapping[str, str]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        table.add_row(name, Text(printable(value)))
    return table


def _sessions(summary: Summary) -> Iterable[FittingTable]:
    if not summary.sessions:
        return
    table = _table("session", "attempts", "failures", "error rate")
    for counts in summary.sessions:
        rate = share_text(counts.error_rate, 1)
        table.add_row(Text(printable(counts.session)), f"{counts.attempts:,}", f"{counts.failures:,}", rate)
    yield table


def _warnings(warnings: Iterable[str]) -> Iterable[Text]:
    lines = [Text(f"! {printable(warning)}", style="yellow") for warning in warnings]
    if lines:
        yield Text("\n").join(lines)


def _next(steps: Sequence[Step]) -> Iterable[RenderableType]:
    if not steps:
        return
    lines = [Text("What to do next", style="bold")]
    for number, step in enumerate(steps, 1):
        lines.append(Text(f"{number}. {step.text}"))
        lines += [Text(f"   {printable(line)}", style="bold", overflow="fold") for line in step.command]
    yield Text("\n").join(lines)


def _sample_countries(sample: SampleSummary) -> Iterable[FittingTable]:
    """Yield the table of the countries with most numbers, with the sample's result for each."""
    table = _table("country", "numbers", "sampled", "answered", "on WhatsApp")
    for one in sample.countries[:TOP_COUNTRIES]:
        share = share_text(one.registered, one.answered)
        table.add_row(one.country or "-", f"{one.numbers:,}", f"{one.sampled:,}", f"{one.answered:,}", share)
    if rest := sample.countries[TOP_COUNTRIES:]:
        counts = (sum(getattr(one, name) for one in rest) for name in ("numbers", "sampled", "answered"))
        registered, answered = (
            sum(getattr(one, name) for one in rest) for name in ("registered", "answered")
        )
        table.add_row(
            f"{len(rest):,} more", *(f"{count:,}" for count in counts), share_text(registered, answered)
        )
    if table.row_count:
        yield table


def _plan_countries(plan: PlanSummary) -> Iterable[FittingTable]:
    """Yield the table of the countries with most calls, with the line types in each."""
    if not plan.countries:
        return
    table = _table("country", "calls", "share", "kinds of line")
    for country, count in list(plan.countries.items())[:TOP_COUNTRIES]:
        lines = Text(lines_text(plan.country_line_types.get(country, {})), style="dim")
        table.add_row(country, f"{count:,}", share_text(count, plan.calls_to_make), lines)
    if rest := list(plan.countries.values())[TOP_COUNTRIES:]:
        table.add_row(f"{len(rest):,} more", f"{sum(rest):,}", share_text(sum(rest), plan.calls_to_make))
    yield table


def _plan_times(plan: PlanSummary) -> Iterable[FittingTable]:
    """Yield the table of times; with alternative spellings, also of the longest possible times."""
    if not plan.calls_at_most or not (plan.plans or plan.rate_per_min is not None):
        return
    at_most = ["at most"] * (plan.variant_calls_at_most > 0)
    table = _table("provider's plan", "a minute", "time", *at_most)
    for name, time_s in plan.plan_times_s.items():
        most = [duration_text(plan.plan_times_at_most_s[name]) for _ in at_most]
        table.add_row(name, f"{plan.plans[name]:,}", duration_text(time_s), *most)
    if plan.rate_per_min is not None and plan.time_s is not None and plan.time_at_most_s is not None:
        table.add_section()
        most = [duration_text(plan.time_at_most_s) for _ in at_most]
        table.add_row(
            "this run", rate_text(plan.rate_per_min), duration_text(plan.time_s), *most, style="bold"
        )
    yield table
