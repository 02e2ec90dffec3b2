"""The summary of a run as one page: no script, nothing fetched, nothing that identifies a recipient."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from pathlib import PurePath
from typing import TYPE_CHECKING

from validator.model import Reason
from validator.reports.facts import summary_facts
from validator.reports.readings import READING_WORDS, examples_text
from validator.reports.wording import (
    REASON_WORDS,
    VERDICT_WORDS,
    headline,
    next_steps,
    printable,
    share_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from validator.reports.summary import Summary

# The page is opened from disk and from mail: nothing may be loaded or run, whatever ends up in its text.
CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

BAR_WIDTH = 1_000
BAR_HEIGHT = 28


class Markup(str):
    """Text that is HTML already; everything else is escaped on its way into an element."""

    __slots__ = ()


def render_html(summary: Summary) -> str:
    """Return the summary as a self-contained HTML page, readable without colours, sight or a screen.

    It holds counts, reasons, file names, masked cells and the command to go on with; it cannot hold
    recipients, since the summary has none.
    """
    name = PurePath(summary.input).name
    head = _element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{escape(CONTENT_POLICY)}">'),
        _element("title", f"{name}: WhatsApp check"),
        _element("style", Markup(_style())),
    )
    body = _element("body", _element("main", *_sections(summary, name)))
    return f'<!DOCTYPE html>\n<html lang="en">\n{head}\n{body}\n</html>\n'


def _sections(summary: Summary, name: str) -> Iterable[Markup]:
    yield _header(summary, name)
    yield _section("Verdicts", _bar(summary), _verdicts(summary))
    yield _section("What to do next", *_steps(summary))
    yield _section("Warnings", *_list("ul", summary.warnings))
    yield _section("Why not a plain yes", *_reasons(summary))
    yield _section("How cells were read", *_readings(summary))
    yield _section("The run", _facts(summary))
    yield _section("Sessions", *_sessions(summary))
    yield _element(
        "footer", f"validator {summary.version}, {summary.command}. Exit code {summary.exit_code}."
    )


def _header(summary: Summary, name: str) -> Markup:
    tone, sentence = headline(summary)
    span = _element("p", f"{summary.started_at} to {summary.finished_at}", cls="soft")
    return _element("header", _element("h1", name), span, _element("p", sentence, cls=f"headline {tone}"))


def _steps(summary: Summary) -> Iterable[Markup]:
    items = [
        (step.text, *([_element("pre", _element("code", "\n".join(step.command)))] if step.command else []))
        for step in next_steps(summary)
    ]
    if items:
        yield _element("ol", *(_element("li", *item) for item in items))


def _bar(summary: Summary) -> Markup:
    """Return one bar, a segment a verdict; the table below says the same in figures."""
    shares = ", ".join(
        f"{word} {share_text(count, summary.rows)}" for word, count in summary.verdicts.items()
    )
    segments, left = [_element("title", f"Rows by verdict: {shares}")], 0.0
    for word, count in summary.verdicts.items():
        width = BAR_WIDTH * count / max(summary.rows, 1)
        place = {"x": f"{left:.2f}", "width": f"{width:.2f}", "height": str(BAR_HEIGHT)}
        segments += [_element("rect", cls=word, **place)] * bool(count)
        left += width
    view = {"viewBox": f"0 0 {BAR_WIDTH} {BAR_HEIGHT}", "preserveAspectRatio": "none"}
    return _element("svg", *segments, cls="bar", role="img", **view)


def _verdicts(summary: Summary) -> Markup:
    rows = [
        (
            _element("span", _element("span", cls="dot"), word, cls=word),
            f"{summary.verdicts[word]:,}",
            share_text(summary.verdicts[word], summary.rows),
            meaning,
        )
        for word, meaning in VERDICT_WORDS.items()
    ]
    total = ("all rows", f"{summary.rows:,}", "", "")
    return _table("Rows by verdict", ("verdict", "rows", "share", "meaning"), [*rows, total])


def _reasons(summary: Summary) -> Iterable[Markup]:
    rows = [
        (word, f"{count:,}", share_text(count, summary.rows), REASON_WORDS[Reason(word)])
        for word, count in summary.reasons.items()
    ]
    if rows:
        yield _table("Rows by reason", ("reason", "rows", "share", "meaning"), rows)


def _readings(summary: Summary) -> Iterable[Markup]:
    rows = [
        (of.reading, f"{of.rows:,}", examples_text(of), READING_WORDS[of.reading]) for of in summary.readings
    ]
    if rows:
        caption = "Rows by reading; row 1 is the first data row"
        yield _table(caption, ("reading", "rows", "examples", "meaning"), rows)


def _facts(summary: Summary) -> Markup:
    pairs = ((_element("dt", name), _element("dd", fact)) for name, fact in summary_facts(summary).items())
    return _element("dl", *(part for pair in pairs for part in pair))


def _sessions(summary: Summary) -> Iterable[Markup]:
    rows = [
        (of.session, f"{of.attempts:,}", f"{of.failures:,}", share_text(of.error_rate, 1))
        for of in summary.sessions
    ]
    if rows:
        yield _table("Attempts by session", ("session", "attempts", "failures", "error rate"), rows)


def _section(title: str, *content: Markup) -> Markup:
    return _element("section", _element("h2", title), *content) if content else Markup()


def _list(kind: str, items: Iterable[str]) -> Iterable[Markup]:
    entries = [_element("li", item) for item in items]
    if entries:
        yield _element(kind, *entries)


def _table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """Return a table whose first column names its rows and whose figures stand right."""
    names = (_element("th", column, scope="col", cls=_column_class(column)) for column in columns)
    lines = (
        _element(
            "tr",
            _element("th", cells[0], scope="row"),
            *(
                _element("td", cell, cls=_column_class(column))
                for column, cell in zip(columns[1:], cells[1:], strict=True)
            ),
        )
        for cells in rows
    )
    head = _element("thead", _element("tr", *names))
    table = _element("table", _element("caption", caption), head, _element("tbody", *lines))
    return _element("div", table, cls="scroll")


def _column_class(column: str) -> str:
    return "figure" if column in {"rows", "share", "attempts", "failures", "error rate"} else ""


def _element(tag: str, *children: str, cls: str = "", **attributes: str) -> Markup:
    """Return an element; children that are no `Markup` are escaped, and so is every attribute."""
    named = {"class": cls, **attributes} if cls else attributes
    opened = "".join(f' {name}="{escape(value)}"' for name, value in named.items())
    inner = "".join(child if isinstance(child, Markup) else escape(_clean(child)) for child in children)
    return Markup(f"<{tag}{opened}>{inner}</{tag}>")


def _clean(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


def _style() -> str:
    return (files("validator.reports") / "page.css").read_text(encoding="utf-8")
