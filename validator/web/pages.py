"""Fills the templates of the page."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from validator.phone.regions.countries import region_codes
from validator.reports.page.render import visible
from validator.reports.progress import (
    attempts_text,
    done_text,
    left_text,
    pace_text,
    pause_text,
    phase_text,
)
from validator.reports.wording import count_text
from validator.version import __version__
from validator.web.reading import page_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from validator.reports import ProgressState
    from validator.web.runs import ActiveRun


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - takes a tenth of a second

    environment = Environment(
        loader=PackageLoader("validator.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "count": count_text,
        "version": __version__,
        "regions": tuple(region_codes()),
        "progress_facts": progress_facts,
    }
    return environment


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return a page, or a part of one."""
    return _environment().get_template(template).render(values)


def progress_facts(active: ActiveRun) -> dict[str, str]:
    """Return the progress of an active run, in the same words as on a terminal, without empty facts."""
    state = active.progress
    facts = {
        "phase": phase_text(state),
        "done": done_text(state),
        "pace": pace_text(state),
        "verdicts": _verdicts_text(state),
        "requests": attempts_text(state),
        "held": pause_text(state),
        "end": left_text(state),
    }
    return {name: page_text(fact) for name, fact in facts.items() if fact}


def _verdicts_text(state: ProgressState) -> str:
    return ", ".join(f"{word} {count:,}" for word, count in state.verdicts.items() if count)
