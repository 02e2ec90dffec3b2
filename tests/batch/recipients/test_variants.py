"""The other spelling of a number: when it is asked about, and what the two say together."""

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.batch.output.annotate import find
from validator.batch.planning.plan import make_plan, second_round
from validator.batch.planning.survey import known_of
from validator.batch.recipients.job import Landlines, Only, Order
from validator.batch.recipients.recipients import Reading, recipients_of
from validator.batch.recipients.variants import every_spelling, other_numbers, with_both
from validator.batch.verdict_columns import MATCHED
from validator.ledger import open_ledger
from validator.model import Number, Outcome, Reason, Verdict
from validator.settings import MaxAge

# libphonenumber's examples, and how WhatsApp may know them.
BR, BR_8 = 5511961234567, 551161234567
MX, MX_1 = 522221234567, 5212221234567
AR, AR_54 = 5491123456789, 541123456789
GB, FREE, MX_FIXED = 447400123456, 528001234567, 522001234567
YES, NO, INVALID, UNKNOWN = (
    Verdict.REGISTERED,
    Verdict.NOT_REGISTERED,
    Verdict.INVALID,
    Verdict.UNKNOWN,
)
NOW_MS = 1_800_000_000_000


def recipients(*numbers, **reading):
    return recipients_of(
        pl.DataFrame({"phone": [f"+{one}" for one in numbers]}), Reading(column="phone", **reading)
    )


@pytest.fixture
def told(ledger, make_outcome):
    """Put verdicts into the ledger; return what is known of some people and their other spellings."""

    def tell(listed, **verdicts):
        for number, verdict in verdicts.items():
            ledger.record(make_outcome(globals()[number], verdict, checked_at_ms=NOW_MS - 1_000))
        ledger.commit()
        return known_of(listed, ledger, MaxAge(), NOW_MS, variants=True)

    return tell


def asked_next(plan, ledger):
    second = second_round(plan, ledger, MaxAge(), NOW_MS)
    return second.todo.to_list(), second.to_confirm.to_list(), second.left_out


def test_only_numbers_that_may_be_asked_about_have_another_spelling():
    listed = recipients(BR, MX, AR, AR_54, GB, FREE, MX_FIXED)
    assert other_numbers(listed).to_list() == [BR_8, MX_1, AR_54, AR, None, None, None]
    assert other_numbers(recipients(AR_54, landlines=Landlines.SKIP)).to_list() == [None]


def test_without_the_option_no_other_spelling_is_asked_about(told):
    listed = recipients(BR)
    plan = make_plan(listed, told(listed, BR=NO))
    assert (plan.todo.to_list(), plan.variants.height, plan.most_variants) == ([], 0, 0)


def test_a_number_comes_first_and_its_other_spelling_is_counted_as_possible(told):
    listed = recipients(BR, MX, GB)
    plan = make_plan(listed, told(listed), order=Order.INPUT, variants=True)
    assert plan.todo.to_list() == [BR, MX, GB]
    assert sorted(plan.variants.rows()) == [(MX, MX_1), (BR, BR_8)]
    assert (plan.most_variants, plan.distinct) == (2, 3)


def test_after_a_no_the_other_spelling_is_what_is_left_to_ask(told):
    listed = recipients(BR, MX, GB)
    known = told(listed, BR=NO, MX=YES, GB=NO)
    plan = make_plan(listed, known, variants=True)
    assert (plan.todo.to_list(), plan.most_variants) == ([BR_8], 0)
    assert (plan.countries, plan.known) == ({"BR": 1}, {NO: 2, YES: 1})


@pytest.mark.parametrize("verdict", [INVALID, UNKNOWN])
def test_after_anything_but_a_no_it_is_not_asked_about(told, verdict):
    listed = recipients(BR)
    assert BR_8 not in make_plan(listed, told(listed, BR=verdict), variants=True).todo.to_list()


@pytest.mark.parametrize(("verdict", "todo"), [(YES, []), (NO, []), (INVALID, []), (UNKNOWN, [BR_8])])
def test_what_is_known_of_the_other_spelling_is_not_asked_again(told, verdict, todo):
    listed = recipients(BR)
    assert make_plan(listed, told(listed, BR=NO, BR_8=verdict), variants=True).todo.to_list() == todo


def test_two_spellings_that_are_both_in_the_list_are_asked_about_once_each(told):
    listed = recipients(AR, AR_54)
    plan = make_plan(listed, told(listed), order=Order.INPUT, variants=True)
    assert (plan.todo.to_list(), plan.most_variants) == ([AR, AR_54], 0)


def test_only_unknown_holds_for_other_spellings_too(told):
    listed = recipients(BR, MX)
    known = told(listed, BR=NO, BR_8=UNKNOWN, MX=NO)
    assert make_plan(listed, known, only=Only.UNKNOWN, variants=True).todo.to_list() == [BR_8]


@pytest.mark.parametrize(("limit", "most"), [(None, 2), (2, 0), (3, 1), (9, 2)])
def test_a_limit_holds_for_both_rounds_together(told, limit, most):
    listed = recipients(BR, MX)
    assert make_plan(listed, told(listed), limit=limit, variants=True).most_variants == most


def test_the_second_round_asks_about_every_no_whose_other_spelling_is_open(ledger, told):
    listed = recipients(BR, MX, AR, GB)
    plan = make_plan(listed, told(listed), order=Order.INPUT, limit=5, variants=True)
    assert asked_next(plan, ledger) == ([], [], 0)
    told(listed, BR=NO, MX=NO, AR=YES, GB=NO)
    assert asked_next(plan, ledger) == ([BR_8], [], 1)
    told(listed, BR_8=NO)
    assert asked_next(plan, ledger) == ([MX_1], [], 0)


def test_where_every_no_is_confirmed_only_a_confirmed_one_leads_to_a_second_question(
    ledger, make_outcome, told
):
    twice = {"reason": Reason.NOT_ON_WHATSAPP_TWICE, "checked_at_ms": NOW_MS}
    listed = recipients(BR, MX)
    plan = make_plan(
        listed, told(listed, BR_8=NO).confirmed(), order=Order.INPUT, confirms=True, variants=True
    )
    assert (plan.todo.to_list(), plan.most_variants) == ([BR, MX], 2)
    told(listed, BR=NO, MX=NO)
    assert asked_next(plan, ledger) == ([], [], 0)
    for number in (BR, MX):
        ledger.record(make_outcome(number, NO, **twice))
    ledger.commit()
    assert asked_next(plan, ledger) == ([MX_1], [BR_8], 0)


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        (YES, None, ("registered", None, BR)),
        (YES, YES, ("registered", None, BR)),
        (NO, YES, ("registered", None, BR_8)),
        (NO, NO, ("not_registered", "not_on_whatsapp", None)),
        (NO, INVALID, ("not_registered", "not_on_whatsapp", None)),
        (NO, UNKNOWN, ("unknown", "timeout", None)),
        (NO, None, ("unknown", "not_checked", None)),
        (INVALID, YES, ("invalid", "rejected_by_provider", None)),
        (UNKNOWN, YES, ("unknown", "timeout", None)),
        (None, YES, ("unknown", "not_checked", None)),
    ],
)
def test_a_no_stands_only_where_both_spellings_are_nobodys(told, own, other, expected):
    listed = recipients(BR)
    known = {name: one for name, one in (("BR", own), ("BR_8", other)) if one}
    row = find(listed, told(listed, **known), (MATCHED,)).row(0, named=True)
    matched = expected[2] and f"+{expected[2]}"
    assert row["e164"] == f"+{BR}"
    assert (row["verdict"], row["reason"], row[MATCHED]) == (*expected[:2], matched)


def test_the_id_and_the_time_are_those_of_the_spelling_that_matched(ledger, make_outcome, told):
    ledger.record(make_outcome(BR, NO, checked_at_ms=NOW_MS - 5_000))
    ledger.record(make_outcome(BR_8, whatsapp_id="77@lid", checked_at_ms=NOW_MS - 1_000))
    listed = recipients(BR)
    row = find(listed, told(listed), (MATCHED,)).row(0, named=True)
    assert (row["whatsapp_id"], row["checked_at"].microsecond, row["source"]) == ("77@lid", 0, "api")
    assert row["checked_at"].timestamp() * 1000 == NOW_MS - 1_000


def test_whoever_opted_out_by_one_spelling_opted_out_by_both():
    assert sorted(with_both(pl.Series([BR, AR_54, MX], dtype=pl.UInt64))) == sorted(
        [BR, BR_8, AR_54, AR, MX, MX_1]
    )
    assert with_both(pl.Series([], dtype=pl.UInt64)).to_list() == []


@pytest.mark.parametrize(
    ("written", "known_by"),
    [
        (BR_8, {BR_8, BR}),
        (BR, {BR_8, BR}),
        (MX_1, {MX_1, MX}),
        (AR, {AR, AR_54}),
        (GB, {GB}),
        (447700900123, None),
    ],
)
def test_whoever_is_to_be_forgotten_is_by_every_spelling(written, known_by):
    assert every_spelling([Number(written)]) == (known_by or {written})
    assert every_spelling([]) == set()


SUBSCRIBERS = {BR: (BR, BR_8), MX: (MX, MX_1), AR: (AR, AR_54), AR_54: (AR_54, AR), GB: (GB,)}


@pytest.mark.slow
@settings(max_examples=20)
@given(
    registered=st.sets(st.sampled_from([BR, BR_8, MX, MX_1, AR, AR_54, GB])),
    kills=st.lists(st.integers(0, 4), max_size=4),
    listed=st.lists(st.sampled_from(list(SUBSCRIBERS)), min_size=1, max_size=8),
)
def test_wherever_a_run_is_killed_the_next_asks_exactly_what_is_missing(registered, kills, listed):
    rows, asked = recipients(*listed), []

    def ask(ledger, numbers, at_most):
        for number in numbers[:at_most]:
            asked.append(number)
            verdict, reason = (YES, None) if number in registered else (NO, Reason.NOT_ON_WHATSAPP)
            ledger.record(
                Outcome(number=Number(number), verdict=verdict, reason=reason, checked_at_ms=NOW_MS)
            )
        ledger.commit()

    with TemporaryDirectory() as folder, open_ledger(Path(folder) / "ledger", holder="pytest") as ledger:
        for at_most in [*kills, 99]:
            plan = make_plan(rows, known_of(rows, ledger, MaxAge(), NOW_MS, variants=True), variants=True)
            ask(ledger, plan.todo.to_list(), at_most)
            ask(ledger, second_round(plan, ledger, MaxAge(), NOW_MS).todo.to_list(), at_most)
        known = known_of(rows, ledger, MaxAge(), NOW_MS, variants=True)
        found = find(rows, known, (MATCHED,))

    assert len(asked) == len(set(asked))
    expected = [next((one for one in SUBSCRIBERS[number] if one in registered), None) for number in listed]
    assert found[MATCHED].to_list() == [one and f"+{one}" for one in expected]
    assert found["verdict"].to_list() == ["registered" if one else "not_registered" for one in expected]
