"""How a list is read, and its plan, as the page shows them before the first request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from validator import api
from validator.errors import ValidatorError
from validator.model import Reason
from validator.reports.facts import read_as_facts
from validator.reports.plan_facts import plan_facts, plan_sentence, start_facts
from validator.reports.readings import READING_WORDS, examples_text
from validator.reports.wording import REASON_WORDS
from validator.web.reading import columns_of, page_text, rate_of, sheets_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from validator.batch.library_options import RunOptions
    from validator.batch.preview import Preview
    from validator.reports import PlanSummary
    from validator.web.lists import Choices

_ROWS = 10


class ListPreview(Struct, frozen=True, kw_only=True):
    """The preview of a list.

    Attributes:
        columns: its columns, for a choice; empty if the list cannot be opened.
        sheets: the sheets of a workbook; empty for other lists.
        preview: its first rows, and the plan; None if the list cannot be read.
        problem: why the list cannot be read or a check would refuse it, with a remedy; empty if neither.
    """

    columns: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    preview: Preview | None = None
    problem: str = ""


def preview_list(
    path: Path, choices: Choices, options_of: Callable[[Choices], RunOptions], gateway: str
) -> ListPreview:
    """Read a list with the user's choices. An error is returned as `problem`, and not raised."""
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
        return ListPreview(columns=columns, sheets=sheets, problem=page_text(str(error)))
    problem = page_text(preview.plan.obstacle or "")
    return ListPreview(columns=columns, sheets=sheets, preview=preview, problem=problem)


def plan_words(plan: PlanSummary) -> dict[str, object]:
    """Return the texts that the page shows for a plan."""
    facts = {**plan_facts(plan), **start_facts(plan)}
    shown = ("numbers", "known", "suppressed", "unprotected", "confirming", "lines", "takes", "costs", "ends")
    return {
        "sentence": page_text(plan_sentence(plan)),
        "facts": {name: facts[name] for name in shown if name in facts},
        "read_as": read_as_facts(plan.read_as),
        "reasons": list(_reasons(plan)),
        "readings": [(READING_WORDS[one.reading], one.rows, examples_text(one)) for one in plan.readings],
        "warnings": [page_text(warning) for warning in plan.warnings],
    }


def reason_words(reason: str) -> str:
    """Return the words for a reason; empty if there is none."""
    return page_text(REASON_WORDS[Reason(reason)]) if reason else ""


def _reasons(plan: PlanSummary) -> Iterator[tuple[str, int]]:
    for reason, rows in plan.invalid.items():
        yield reason_words(reason), rows
