"""Fills the template of the page. It has no script, loads nothing, and identifies no recipient."""

from __future__ import annotations

from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from validator.reports.facts import read_as_facts, summary_facts
from validator.reports.money import money_text
from validator.reports.page.answer import answer_note, answer_sentence
from validator.reports.page.breakdown import (
    change_lines,
    country_lines,
    line_type_lines,
    reading_lines,
    reason_lines,
    saving_lines,
    segments,
    shares_text,
    verdict_lines,
)
from validator.reports.page.over_time import over_time
from validator.reports.page.savings import savings_of
from validator.reports.page.sending import whole_send
from validator.reports.wording import (
    count_text,
    duration_text,
    headline,
    next_steps,
    rate_text,
    share_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from validator.reports.summary import Summary
    from validator.reports.written_file import FileLink

# Users open the page from disk and from e-mail. Nothing may be loaded or run, even if its text contains code.
CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

# Facts that the page shows elsewhere, mostly as tables.
_SHOWN = frozenset({"input", "read as", "countries", "registered", "changed"})


def render_html(summary: Summary, files: Sequence[FileLink] = ()) -> str:
    """Return the summary as a self-contained HTML page, readable without colours, sight or a screen.

    It has counts, reasons, file names, masked cells, the next command, and links to `files`. It has no
    recipients, since the summary has none. Its length does not depend on the length of the list.
    """
    return _template().render(_values(summary), files=files)


def visible(text: object) -> object:
    """Return a text with each control character replaced by its code point, as in `[U+202E]`.

    A cell, a file name or an answer of the provider may contain some that reorder or hide other text.
    """
    if not isinstance(text, str) or text.isprintable() or hasattr(text, "__html__"):
        return text
    return "".join(char if char.isprintable() or char == "\n" else f"[U+{ord(char):04X}]" for char in text)


@cache
def _template() -> Template:
    # Imported here, so that only a run that writes the page loads it.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader("validator.reports.page", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "count": count_text,
        "duration": duration_text,
        "money": money_text,
        "rate": rate_text,
        "segments": segments,
        "share": share_text,
        "shares": shares_text,
        "span": _span,
    }
    return environment.get_template("page.html.j2")


def _values(summary: Summary) -> dict[str, Any]:
    tone, sentence = headline(summary)
    savings = savings_of(summary)
    return {
        "policy": CONTENT_POLICY,
        "summary": summary,
        "name": PurePath(summary.input).name,
        "answer": answer_sentence(summary),
        "note": answer_note(summary),
        "tone": tone.value,
        "headline": sentence,
        "when": _when(summary),
        "verdicts": verdict_lines(summary),
        "steps": next_steps(summary),
        "reasons": reason_lines(summary),
        "sending": whole_send(summary),
        "read_as": read_as_facts(summary.read_as),
        "readings": reading_lines(summary),
        "is_run_known": summary.command != "report" or summary.check_finished_at is not None,
        "savings": savings,
        "costs": saving_lines(summary, savings),
        "changes": change_lines(summary.changes),
        "time": over_time(summary),
        "countries": country_lines(summary),
        "line_types": line_type_lines(summary),
        "facts": _run_facts(summary),
    }


def _run_facts(summary: Summary) -> dict[str, str]:
    """Return the command, and the facts that the terminal shows too."""
    called = {"command": summary.command_line} if summary.command_line else {}
    return called | {name: fact for name, fact in summary_facts(summary).items() if name not in _SHOWN}


def _when(summary: Summary) -> str:
    if summary.command != "report":
        return f"{_minute(summary.started_at)} to {_minute(summary.finished_at)} UTC"
    made = f"Made from the ledger, {_minute(summary.finished_at)} UTC"
    if summary.check_finished_at is None:
        return made
    check = _minute(summary.check_finished_at)
    return f"{made}; requests, sessions and changes are of the check that ended {check} UTC"


def _minute(at: str) -> str:
    """Return an ISO 8601 time to the minute: `2026-11-23 18:03`."""
    return at[:16].replace("T", " ")


def _span(earliest: str | None, latest: str | None) -> str:
    """Return the days of two times: `on 2027-01-15`, or `from 2026-11-01 to 2027-01-15`."""
    first, last = (earliest or "")[:10], (latest or "")[:10]
    return f"on {first}" if first == last else f"from {first} to {last}"
