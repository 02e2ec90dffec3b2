"""How a list is read and what a run would do, as the page shows it before anything is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validator import api
from validator.errors import ValidatorError
from validator.model import Reason
from validator.reports.facts import read_as_facts
from validator.reports.plan_facts import plan_facts, plan_sentence, start_facts
from validator.reports.readings import READING_WORDS, examples_text
from validator.reports.wording import REASON_WORDS
from validator.web.reading import columns_of, on_the_page, rate_of, sheets_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from validator.batch.library_options import RunOptions
    from validator.batch.preview import Preview
    from validator.reports import PlanSummary
    from validator.web.lists import Choices

_ROWS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is seen of a list.

    Attributes:
        columns: its columns, to choose from; empty if it cannot be opened as chosen.
        sheets: those of a workbook; empty for other lists.
        preview: its first rows, and the plan; None if it cannot be read as chosen.
        problem: why not, with a remedy; or why a check would refuse it as it is read; else empty.
    """

    columns: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    preview: Preview | None = None
    problem: str = ""


def look_at(path: Path, choices: Choices, options_of: Callable[[Choices], RunOptions], gateway: str) -> Look:
    """Read a list as was chosen. Whatever is wrong with it is said, and not raised."""
    columns: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    try:
        sheets = tuple(sheets_of(path))
        columns = tuple(columns_of(path, choices))
        rate_per_min = rate_of(choices).per_min
        preview = api.preview_file(
            path, rows=_ROWS, options=options_of(choices), rate_per_min=rate_per_min, gateway=gateway
        )
    except ValidatorError as error:
        return Look(columns=columns, sheets=sheets, problem=on_the_page(str(error)))
    problem = on_the_page(preview.plan.obstacle or "")
    return Look(columns=columns, sheets=sheets, preview=preview, problem=problem)


def plan_words(plan: PlanSummary) -> dict[str, object]:
    """Return what the page says of a plan."""
    facts = {**plan_facts(plan), **start_facts(plan)}
    shown = ("numbers", "known", "suppressed", "unprotected", "confirming", "lines", "takes", "costs", "ends")
    return {
        "sentence": on_the_page(plan_sentence(plan)),
        "facts": {name: facts[name] for name in shown if name in facts},
        "read_as": read_as_facts(plan.read_as),
        "reasons": list(_reasons(plan)),
        "readings": [(READING_WORDS[one.reading], one.rows, examples_text(one)) for one in plan.readings],
        "warnings": [on_the_page(warning) for warning in plan.warnings],
    }


def reason_words(reason: str) -> str:
    """Return why a row is not asked about, in words; empty for one that is."""
    return on_the_page(REASON_WORDS[Reason(reason)]) if reason else ""


def _reasons(plan: PlanSummary) -> Iterator[tuple[str, int]]:
    for reason, rows in plan.invalid.items():
        yield reason_words(reason), rows
