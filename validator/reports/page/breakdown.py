"""Counts of a summary as table rows, each with its words, its share and the width of its bar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from validator.model import LineType, Reason
from validator.reports.page.savings import SAVING_WORDS
from validator.reports.readings import READING_WORDS
from validator.reports.wording import REASON_WORDS, VERDICT_WORDS, share_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from validator.reports.counts import Changes
    from validator.reports.page.savings import Savings
    from validator.reports.readings import CellExample
    from validator.reports.summary import Summary

BAR_WIDTH = 1_000
# A list may have all countries of the world, and a reader needs only the largest.
TOP_COUNTRIES = 12

LINE_WORDS = {
    LineType.MOBILE: "",
    LineType.FIXED: "landline",
    LineType.FIXED_OR_MOBILE: "landline or mobile: the numbering plan does not say",
    LineType.VOIP: "over the internet",
    LineType.TOLL_FREE: "free for the caller",
    LineType.PREMIUM_RATE: "the caller pays more",
    LineType.SHARED_COST: "the caller pays a part",
    LineType.PERSONAL: "follows a person from line to line",
    LineType.PAGER: "",
    LineType.UAN: "a company's number",
    LineType.VOICEMAIL: "",
    LineType.UNKNOWN: "of a kind that the numbering plan does not say",
}
CHANGE_WORDS = {
    "joined": ("new on WhatsApp", 'answered "no" before, "yes" now'),
    "gone": ("gone from WhatsApp", 'answered "yes" before, "no" now'),
    "first_yes": ("new yes", "never answered before, on WhatsApp"),
    "first_no": ("new no", "never answered before, not on WhatsApp"),
    "same": ("unchanged", "answered as before"),
    "unanswered": ("not answered", "answered before, and not now"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a table.

    Attributes:
        word: its name.
        kind: the CSS class of its bar and dot; empty for the default.
        count: its count.
        share: its share of the total, as text.
        width: the width of its bar, 0 to `BAR_WIDTH`.
        meaning: the meaning of the word.
        examples: some of the counted rows.
        more: a further number, as text.
        more_share: the share of `more` in `count`, as text.
    """

    word: str
    kind: str = ""
    count: int
    share: str
    width: float
    meaning: str = ""
    examples: tuple[CellExample, ...] = ()
    more: str = ""
    more_share: str = ""


def verdict_lines(summary: Summary) -> list[Line]:
    """Return one line for each verdict."""
    return [
        _line(verdict, summary.verdicts[verdict], summary.rows, meaning=meaning, kind=verdict)
        for verdict, meaning in VERDICT_WORDS.items()
    ]


def reason_lines(summary: Summary) -> list[Line]:
    """Return one line for each reason, most rows first, with its first rows as examples."""
    return [
        _line(
            word,
            count,
            summary.rows,
            meaning=REASON_WORDS[Reason(word)],
            examples=summary.examples.get(word, ()),
        )
        for word, count in summary.reasons.items()
    ]


def reading_lines(summary: Summary) -> list[Line]:
    """Return one line for each reading that is not plain."""
    return [
        _line(
            of.reading, of.rows, summary.rows, meaning=READING_WORDS[of.reading], examples=tuple(of.examples)
        )
        for of in summary.readings
    ]


def saving_lines(summary: Summary, savings: Savings) -> list[Line]:
    """Return one line for each cost of a row: a request, or a reason for none."""
    return [
        _line(meaning, savings.rows[word], summary.rows, kind=f"cost-{word}")
        for word, meaning in SAVING_WORDS.items()
        if savings.rows[word]
    ]


def country_lines(summary: Summary) -> list[Line]:
    """Return one line for each of the countries with most rows, and one for all others."""
    countries = list(summary.countries.items())
    top, rest = countries[:TOP_COUNTRIES], countries[TOP_COUNTRIES:]
    lines = [_country(word, count, summary.registered_countries.get(word, 0), summary) for word, count in top]
    if rest:
        registered = sum(summary.registered_countries.get(word, 0) for word, _ in rest)
        lines.append(_country(f"{len(rest):,} more", sum(n for _, n in rest), registered, summary))
    return lines


def line_type_lines(summary: Summary) -> list[Line]:
    """Return one line for each line type."""
    total = sum(summary.line_types.values())
    return [
        _line(word, count, total, meaning=LINE_WORDS[LineType(word)])
        for word, count in summary.line_types.items()
    ]


def change_lines(changes: Changes) -> list[Line]:
    """Return one line for each kind of change, with its share of all numbers asked about."""
    counts = {word: getattr(changes, word) for word in CHANGE_WORDS}
    total = sum(counts.values())
    return [
        _line(CHANGE_WORDS[word][0], count, total, meaning=CHANGE_WORDS[word][1])
        for word, count in counts.items()
        if count
    ]


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar: its CSS class, its left edge and its width. `BAR_WIDTH` is the whole bar."""

    kind: str
    left: float
    width: float


def segments(lines: Iterable[Line]) -> Sequence[Segment]:
    """Return lines as adjacent parts of one bar."""
    parts, left = [], 0.0
    for line in lines:
        if line.count:
            parts.append(Segment(line.kind, round(left, 2), round(line.width, 2)))
            left += line.width
    return parts


def shares_text(lines: Iterable[Line]) -> str:
    """Return the contents of a bar as text: `registered 62.0 %, unknown 3.1 %`."""
    return ", ".join(f"{line.word} {line.share}" for line in lines if line.count)


def _country(word: str, count: int, registered: int, summary: Summary) -> Line:
    line = _line(word, count, sum(summary.countries.values()))
    return replace(line, more=f"{registered:,}", more_share=share_text(registered, count))


def _line(
    word: str,
    count: int,
    total: int,
    *,
    kind: str = "",
    meaning: str = "",
    examples: Sequence[CellExample] = (),
) -> Line:
    return Line(
        word=str(word),
        kind=str(kind),
        count=count,
        share=share_text(count, total),
        width=BAR_WIDTH * count / max(total, 1),
        meaning=meaning,
        examples=tuple(examples),
    )
