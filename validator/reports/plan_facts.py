"""The facts of a plan, as short texts for `validator plan`, and for the start of a check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.reports.facts import lines_text, reading_text, unprotected_text
from validator.reports.money import cost_text, money_text
from validator.reports.wording import count_text, duration_text, printable, rate_text

if TYPE_CHECKING:
    from validator.reports.plan_summary import PlanSummary

TOP_REASONS = 3


def plan_facts(plan: PlanSummary) -> dict[str, str]:
    """Return a plan's facts by name, without empty ones."""
    known = sum(plan.already_known.values())
    by_verdict = ", ".join(f"{word} {count:,}" for word, count in plan.already_known.items())
    facts = {
        "input": f"{plan.input} ({count_text(plan.rows, 'row')})",
        "read as": reading_text(plan.read_as),
        "asks at": plan.host,
        "numbers": f"{plan.distinct_numbers:,} distinct, {count_text(plan.duplicate_rows, 'duplicate row')}",
        "known": f"{known:,} ({by_verdict})" if known else "none",
        "confirming": _confirming_text(plan),
        "suppressed": count_text(plan.suppressed, "row") if plan.suppressed else "",
        "unprotected": unprotected_text(plan.suppress_unreadable),
        "lines": lines_text(plan.line_types),
        "variants": f'at most {count_text(plan.variant_calls_at_most, "call")} more, after a "no"'
        if plan.variant_calls_at_most
        else "",
        "costs": _cost_text(plan),
        "ends": f"{plan.ends_at}, if started now" if plan.ends_at else "",
    }
    return {name: fact for name, fact in facts.items() if fact}


def plan_sentence(plan: PlanSummary) -> str:
    """Return how many calls a run would make; if none, also why and what to do."""
    about = "About " if plan.confirmations_expected else ""
    end = ""
    if plan.enough is not None and plan.calls_expected:
        about, end = "At most ", f", until {count_text(plan.enough, 'recipient')} can be sent to"
    calls = count_text(plan.calls_expected, "call")
    return f"{about}{calls} to make for {count_text(plan.rows, 'row')}{end}{_why_none(plan)}."


def _why_none(plan: PlanSummary) -> str:
    if plan.calls_expected or not plan.rows:
        return ""
    if not plan.distinct_numbers:
        return ": none of them holds a number that may be asked about"
    known = sum(plan.already_known.values())
    if known < plan.distinct_numbers:
        return ""
    what = "the one number is" if known == 1 else f"all {known:,} numbers are"
    return f": {what} known already. A check writes the earlier answers, and asks again with --refresh"


def start_facts(plan: PlanSummary) -> dict[str, str]:
    """Return the facts to show before a run's first call, by name."""
    known, invalid = sum(plan.already_known.values()), sum(plan.invalid.values())
    facts = {
        "read as": reading_text(plan.read_as),
        "numbers": f"{plan.distinct_numbers:,} distinct, {known:,} known already",
        "not asked": f"{count_text(invalid + plan.suppressed, 'row')}, {_most(plan)}"
        if invalid or plan.suppressed
        else "",
        "takes": _times_text(plan) if plan.calls_expected else "",
        "costs": _cost_text(plan),
    }
    return {name: fact for name, fact in facts.items() if fact}


def _cost_text(plan: PlanSummary) -> str:
    """Return the cost of the expected calls, and the highest cost if there may be more."""
    at_most, cost = plan.cost_at_most, cost_text(plan.cost, plan.price)
    return cost if at_most is None or at_most == plan.cost else f"{cost}, {money_text(at_most)} at most"


def start_line(plan: PlanSummary) -> str:
    """Return the plan's sentence and start facts on one line, for a log."""
    facts = "; ".join(f"{name} {fact}" for name, fact in start_facts(plan).items())
    return printable(f"{plan_sentence(plan)} {facts}")


def _most(plan: PlanSummary) -> str:
    """Return the most frequent reasons why rows are not asked about."""
    reasons = {**plan.invalid, **({"suppressed": plan.suppressed} if plan.suppressed else {})}
    top = sorted(reasons.items(), key=lambda one: -one[1])[:TOP_REASONS]
    return ", ".join(f"{word} {count:,}" for word, count in top)


def _times_text(plan: PlanSummary) -> str:
    """Return how long the calls take: at the run's rate, or on each of the provider's plans."""
    if plan.time_s is not None and plan.rate_per_min is not None:
        ends = f", until {plan.ends_at}" if plan.ends_at else ""
        return f"{duration_text(plan.time_s)} at {rate_text(plan.rate_per_min)} a minute{ends}"
    times = plan.plan_times_s
    return ", ".join(
        f"{duration_text(times[name])} at {limit:,} a minute" for name, limit in plan.plans.items()
    )


def _confirming_text(plan: PlanSummary) -> str:
    earlier, others = plan.calls_to_confirm, plan.calls_to_make - plan.calls_to_confirm
    once_more = f"{count_text(earlier, 'no', 'noes')} of earlier runs once more"
    twice = f"about {plan.confirmations_expected:,} of {others:,} numbers twice"
    return ", ".join([once_more] * bool(earlier) + [twice] * bool(plan.confirmations_expected))
