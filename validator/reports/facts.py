"""The facts of a run and of a sample, as short texts for the terminal and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.model import Verdict
from validator.reports.money import cost_text
from validator.reports.wording import count_text, duration_text, rate_text, share_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.reports.counts import CallCounts, Changes, RateUse
    from validator.reports.sample_summary import SampleSummary
    from validator.reports.summary import Summary

TOP_COUNTRIES = 8

# Shorter pauses are not shown: they are normal, for example the wait for a canary.
SHORTEST_PAUSE_S = 1.0


# The text for each property that was found in a list.
_READ_AS = {
    "column": "column {0!r} ({found})",
    "others": "then {0}",
    "region": "region {0}",
    "region_column": "region by column {0!r}",
    "numbers": "numbers {0}",
    "several": "of several numbers in a cell {0}",
    "header_row": "header in row {0}",
    "encoding": "encoding {0}",
    "delimiter": "delimiter {0!r}",
    "sheet": "sheet {0!r}",
    "other_sheets": "and not {0}",
    "hidden_rows": "{0} hidden rows among the others",
    "renewed": "in place of the earlier columns {0}",
    "formulas_without_value": "{0} formulas without a value",
}


def summary_facts(summary: Summary) -> dict[str, str]:
    """Return a run's facts by name, without empty ones."""
    calls = summary.calls
    facts = {
        "input": f"{summary.input} ({count_text(summary.rows, 'row')})",
        "read as": reading_text(summary.read_as),
        "output": summary.output or "",
        "sendable": f"{summary.sendable} ({sendable_text(summary)})" if summary.sendable else "",
        "split": _split_text(summary),
        "numbers": f"{summary.distinct_numbers:,} distinct, {summary.already_known:,} known before, "
        f"{summary.asked:,} asked now, {count_text(summary.duplicate_rows, 'duplicate row')}",
        "changed": changes_text(summary.changes),
        "unprotected": unprotected_text(summary.suppress_unreadable),
        "registered": _registered_text(summary.verdicts),
        "calls": _calls_text(calls),
        "cost": cost_text(summary.cost, summary.price),
        "canaries": _canaries_text(calls),
        "confirmed": f"{count_text(calls.confirmations, 'no', 'noes')} asked about once more, "
        f"{calls.overturned:,} overturned"
        if calls.confirmations
        else "",
        "asked at": ", ".join(dict.fromkeys(use.host for use in summary.keys if use.host)),
        "rate": rate_sentence(summary.rate) if calls.attempts else "",
        "keys": _keys_text(summary),
        "held": hold_sentence(summary.rate),
        "paused": _pauses_text(summary.pauses),
        "sources": ", ".join(f"{word} {count:,}" for word, count in summary.sources.items()),
        "countries": _countries(summary.countries),
        "variants": f"{count_text(summary.matched_by_variant, 'row')} registered by another spelling"
        if summary.matched_by_variant
        else "",
        "took": f"{duration_text(summary.duration_s)}, until {summary.finished_at}",
    }
    return {name: fact for name, fact in facts.items() if fact}


def reading_text(read_as: Mapping[str, str | int]) -> str:
    """Return how a list was read: `column 'Mob No' (by name), region IN, header in row 4`."""
    said = {
        name: value for name, value in read_as.items() if name in _READ_AS and (value or name == "header_row")
    }
    found = _found_words(read_as)
    return ", ".join(
        _READ_AS[name].format(value, found=found) if value else "no header" for name, value in said.items()
    )


_ASKED = "as asked"


def _found_words(read_as: Mapping[str, str | int]) -> str:
    by = read_as.get("found_by", "")
    return _ASKED if by == "asked" else f"by {by}"


# The same as label and text, for the page.
_READ_AS_FACTS = {
    "column": ("column", "{0}, {found}"),
    "others": ("then columns", "{0}"),
    "region": ("region", "{0}"),
    "region_column": ("region by column", "{0}"),
    "numbers": ("numbers without a plus", "{0}, as asked"),
    "several": ("several numbers in a cell", "{0} counts"),
    "format": ("format", "{0}"),
    "header_row": ("header", "row {0}"),
    "encoding": ("encoding", "{0}"),
    "delimiter": ("delimiter", "{0!r}"),
    "sheet": ("sheet", "{0}"),
    "other_sheets": ("sheets not read", "{0}"),
    "hidden_rows": ("hidden rows", "{0} among the others"),
    "renewed": ("in place of the columns", "{0}"),
    "formulas_without_value": ("formulas without a value", "{0}"),
}


def read_as_facts(read_as: Mapping[str, str | int]) -> dict[str, str]:
    """Return how a list was read, by label."""
    words = _found_words(read_as)
    found = words if words == _ASKED else f"found {words}"
    facts = {
        label: text.format(read_as[name], found=found)
        for name, (label, text) in _READ_AS_FACTS.items()
        if read_as.get(name)
    }
    return facts | ({"header": "none"} if read_as.get("header_row") == 0 else {})


def unprotected_text(rows: int) -> str:
    """Return how many rows of suppression lists could not be read; empty if all could."""
    return f"{count_text(rows, 'row')} of suppression lists cannot be read" if rows else ""


def changes_text(changes: Changes) -> str:
    """Return how many numbers joined and left WhatsApp since the last check; empty if it is the first."""
    if not changes.checked_before:
        return ""
    before = f"of {count_text(changes.checked_before, 'number')} checked before"
    return f"{changes.joined:,} new on WhatsApp, {changes.gone:,} gone, {before}"


def _keys_text(summary: Summary) -> str:
    """Return the use of each key; empty if there is only one."""
    return "; ".join(f"{use.key}: {rate_sentence(use)}" for use in summary.keys if use.key)


def _registered_text(verdicts: Mapping[str, int]) -> str:
    """Return the registered share of the answered rows if some rows are unknown; else empty.

    The table of verdicts shows the share of all rows.
    """
    registered = verdicts[Verdict.REGISTERED]
    answered = registered + verdicts[Verdict.NOT_REGISTERED]
    if not (answered and verdicts[Verdict.UNKNOWN]):
        return ""
    return f"{registered:,} of {count_text(answered, 'answered row')} ({share_text(registered, answered)})"


def _canaries_text(calls: CallCounts) -> str:
    if not calls.canaries and not calls.retracted:
        return ""
    asked = count_text(calls.canaries, "canary", "canaries")
    retracted = f", {count_text(calls.retracted, 'answer')} retracted" if calls.retracted else ""
    return f"{asked} asked about{retracted}"


def sample_facts(sample: SampleSummary) -> dict[str, str]:
    """Return a sample's facts by name, without empty ones."""
    counts = ", ".join(f"{word} {count:,}" for word, count in sample.verdicts.items() if count)
    drawn = f"{sample.sampled:,} of {count_text(sample.distinct_numbers, 'number')}, seed {sample.seed}"
    calls = sample.calls
    facts = {
        "input": f"{sample.input} ({count_text(sample.rows, 'row')})",
        "read as": reading_text(sample.read_as),
        "sample": f"{drawn}: {counts}" if counts else drawn,
        "unanswered": _unanswered_text(sample),
        "numbers": f"{sample.already_known:,} of the sample known before, {sample.asked:,} asked now",
        "unprotected": unprotected_text(sample.suppress_unreadable),
        "saves": _saves_text(sample),
        "calls": _calls_text(calls) if calls.attempts else "",
        "cost": cost_text(sample.cost, sample.whole.price),
        "canaries": _canaries_text(calls),
        "rate": rate_sentence(sample.rate) if calls.attempts else "",
        "held": hold_sentence(sample.rate),
        "took": f"{duration_text(sample.duration_s)}, until {sample.finished_at}",
    }
    return {name: fact for name, fact in facts.items() if fact}


def _unanswered_text(sample: SampleSummary) -> str:
    """Return how many numbers have no answer, and the share if all of them were "no", or all "yes"."""
    if not sample.unknown:
        return ""
    registered = sample.verdicts[Verdict.REGISTERED]
    if_no, if_yes = (share_text(count, sample.sampled) for count in (registered, registered + sample.unknown))
    numbers = count_text(sample.unknown, "number")
    return f'{numbers}, left out; of the sample {if_no} are on WhatsApp if all were "no", {if_yes} if "yes"'


def _saves_text(sample: SampleSummary) -> str:
    if sample.not_registered is None:
        return ""
    likely, least, most = sample.not_registered
    span = "" if least == most else f" ({least:,} to {most:,})"
    return f"{count_text(likely, 'message')} to numbers that are not on WhatsApp{span}"


def _calls_text(calls: CallCounts) -> str:
    return (
        f"{calls.attempts:,} made, {calls.answers:,} answered, {calls.refusals:,} refused, "
        f"{calls.failures:,} failed, {count_text(calls.retries, 'retry', 'retries')}"
    )


def lines_text(line_types: Mapping[str, int]) -> str:
    """Return line types with their shares: `mobile 92.0 %, fixed 8.0 %`."""
    total = sum(line_types.values())
    return ", ".join(f"{word} {share_text(count, total)}" for word, count in line_types.items())


def rate_sentence(rate: RateUse) -> str:
    """Return how the limit was used: `297 a minute of 300 allowed (99.0 %), limit from --rate`."""
    used = f"{rate_text(rate.used_per_min)} a minute"
    if rate.limit_per_min is None:
        return f"{used}, no limit"
    source = f", limit from {rate.told_by}" if rate.told_by else ""
    share = "" if rate.share_of_limit is None else f" ({share_text(rate.share_of_limit, 1)})"
    return f"{used} of {rate_text(rate.limit_per_min)} allowed{share}{source}"


def hold_sentence(rate: RateUse) -> str:
    """Return how long and why the run was held; empty if it was never held."""
    if not rate.held_s:
        return ""
    return f"{duration_text(rate.held_s)}: {rate.hold_reason or 'no reason recorded'}"


def _pauses_text(pauses: Mapping[str, float]) -> str:
    paused = {cause: seconds for cause, seconds in pauses.items() if seconds >= SHORTEST_PAUSE_S}
    return "; ".join(f"{duration_text(seconds)}: {cause}" for cause, seconds in paused.items())


def sendable_text(summary: Summary) -> str:
    """Return how many recipients the sendable file has, and whether it is partial."""
    recipients = count_text(summary.sendable_rows, "recipient")
    return f"{recipients}, partial: the run ended early" if summary.sendable_partial else recipients


def _split_text(summary: Summary) -> str:
    rows = ", ".join(f"{verdict} {count:,}" for verdict, count in summary.split_rows.items())
    return f"{summary.split} ({rows})" if summary.split else ""


def _countries(countries: Mapping[str, int]) -> str:
    top = [f"{country} {count:,}" for country, count in list(countries.items())[:TOP_COUNTRIES]]
    rest = len(countries) - len(top)
    return ", ".join([*top, *([f"{rest:,} more"] if rest else [])])
