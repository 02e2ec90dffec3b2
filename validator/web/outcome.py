"""The result of a run that the page stores: sentences and counts, without phone numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.errors import EXIT_TOO_MANY_UNKNOWN
from validator.reports.facts import sample_facts
from validator.reports.money import cost_text
from validator.reports.page.answer import answer_sentence
from validator.reports.wording import headline, sample_headline
from validator.web.lists import LastRun, RunState
from validator.web.reading import page_text

if TYPE_CHECKING:
    from validator.reports import SampleSummary, Summary

# Exit codes of a finished run.
_FINISHED = frozenset({0, EXIT_TOO_MANY_UNKNOWN})


def check_outcome(summary: Summary) -> LastRun:
    """Return the stored result of a check."""
    tone, sentence = headline(summary)
    return LastRun(
        state=_state(summary.exit_code),
        tone=tone.value,
        answer=answer_sentence(summary),
        headline=page_text(sentence),
        verdicts={word: count for word, count in summary.verdicts.items() if count},
    )


def sample_outcome(sample: SampleSummary) -> LastRun:
    """Return the stored result of a sample."""
    tone, sentence = sample_headline(sample)
    shown = ("sample", "unanswered", "saves", "calls", "cost", "costs")
    facts = {**sample_facts(sample), "costs": _whole_cost(sample)}
    return LastRun(
        state=_state(sample.exit_code),
        tone=tone.value,
        headline=page_text(sentence),
        facts={name: facts[name] for name in shown if facts.get(name)},
    )


def _whole_cost(sample: SampleSummary) -> str:
    cost = cost_text(sample.whole.cost, sample.whole.price)
    return f"{cost}, for a check of the whole list" if cost and sample.whole.calls_expected else ""


def _state(exit_code: int) -> RunState:
    return RunState.DONE if exit_code in _FINISHED else RunState.STOPPED
