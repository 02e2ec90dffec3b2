import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.batch.planning.known_verdicts import SCHEMA as KNOWN
from validator.batch.planning.known_verdicts import KnownVerdicts
from validator.batch.planning.plan import counts, make_plan
from validator.batch.recipients.job import Only, Order
from validator.batch.recipients.recipients import SCHEMA as PEOPLE
from validator.model import Verdict

FIRST = 447_700_900_020


def recipients_of(*numbers, reason=None):
    rows = [
        {"number": number, "reason": reason, "line_type": "mobile", "country": "GB"} for number in numbers
    ]
    return pl.DataFrame(rows, schema=PEOPLE)


KNOWN_COLUMNS = {
    "number": pl.UInt64,
    "verdict": KNOWN["verdict"],
    "fresh": pl.Boolean,
    "unconfirmed": pl.Boolean,
}


def known_of(fresh=(), unknown=(), unconfirmed=()):
    rows = [
        *((number, "registered", True, False) for number in fresh),
        *((number, "unknown", False, number in unconfirmed) for number in (*unknown, *unconfirmed)),
    ]
    return KnownVerdicts(pl.DataFrame(sorted(rows), schema=KNOWN_COLUMNS, orient="row"))


NOTHING = known_of()
TEN = [FIRST + place for place in range(10)]


def test_what_is_known_is_not_asked_again():
    plan = make_plan(recipients_of(*TEN), known_of(fresh=TEN[:4]), order=Order.INPUT)

    assert plan.todo.to_list() == TEN[4:]
    assert plan.known == {Verdict.REGISTERED: 4}


def test_a_stale_unknown_is_asked_again():
    assert make_plan(recipients_of(*TEN), known_of(unknown=TEN[:4])).todo.len() == 10


def test_each_distinct_number_is_asked_once_and_duplicates_are_counted():
    plan = make_plan(recipients_of(*TEN, *TEN[:3]), NOTHING, order=Order.INPUT)

    assert plan.todo.to_list() == TEN
    assert (plan.rows, plan.distinct, plan.duplicates) == (13, 10, 3)


def test_rows_decided_offline_are_not_asked_about():
    recipients = pl.concat(
        [
            recipients_of(*TEN[:2]),
            recipients_of(*TEN[2:5], reason="landline"),
            recipients_of(None, None, reason="empty"),
        ]
    )

    plan = make_plan(recipients, NOTHING, order=Order.INPUT)

    assert plan.todo.to_list() == TEN[:2]
    assert plan.offline == {"landline": 3, "empty": 2}
    assert (plan.distinct, plan.duplicates) == (2, 0)


def test_countries_and_kinds_of_line_are_those_of_the_numbers_to_ask():
    recipients = (
        pl.DataFrame(
            [
                (FIRST, "mobile", "GB"),
                (FIRST + 1, "fixed", "GB"),
                (12015550123, "mobile", "US"),
                (12015550124, "mobile", "US"),
            ],
            schema=["number", "line_type", "country"],
            orient="row",
        )
        .with_columns(reason=pl.lit(None))
        .select(pl.col(name).cast(dtype) for name, dtype in PEOPLE.items())
    )

    plan = make_plan(recipients, known_of(fresh=[12015550124]))

    assert (plan.countries, plan.line_types) == ({"GB": 2, "US": 1}, {"mobile": 2, "fixed": 1})
    assert plan.country_line_types == {"GB": {"mobile": 1, "fixed": 1}, "US": {"mobile": 1}}


@pytest.mark.slow
@settings(max_examples=25)
@given(st.integers(0, 50), st.integers(0, 2**32))
def test_a_shuffle_is_a_permutation_and_the_same_one_for_the_same_seed(count, seed):
    numbers = [FIRST + place for place in range(count)]

    plans = [make_plan(recipients_of(*numbers), NOTHING, seed=seed) for _ in range(2)]

    assert sorted(plans[0].todo) == numbers
    assert plans[0].todo.to_list() == plans[1].todo.to_list()


def test_the_usual_order_is_not_that_of_the_list():
    assert make_plan(recipients_of(*TEN), NOTHING).todo.to_list() != TEN


def test_only_unknown_leaves_out_those_nobody_asked_about():
    plan = make_plan(
        recipients_of(*TEN), known_of(fresh=TEN[:2], unknown=TEN[2:5]), order=Order.INPUT, only=Only.UNKNOWN
    )

    assert plan.todo.to_list() == TEN[2:5]


@pytest.mark.parametrize(("limit", "left"), [(0, 0), (4, 4), (99, 10), (None, 10)])
def test_a_limit_is_the_most_that_are_asked(limit, left):
    plan = make_plan(recipients_of(*TEN), NOTHING, limit=limit)

    assert (plan.todo.len(), plan.left_out, plan.distinct) == (left, 10 - left, 10)


def test_what_was_answered_no_once_is_asked_about_again_where_that_is_to_be_confirmed():
    plan = make_plan(recipients_of(*TEN), known_of(unconfirmed=TEN[:4]), order=Order.INPUT, confirms=True)

    assert (plan.todo.to_list(), plan.to_confirm.to_list()) == (TEN[4:], TEN[:4])
    assert plan.numbers.to_list() == TEN[4:] + TEN[:4]


def test_a_limit_is_one_for_those_to_ask_and_those_to_confirm():
    plan = make_plan(
        recipients_of(*TEN), known_of(unconfirmed=TEN[:4]), order=Order.INPUT, confirms=True, limit=6
    )

    assert (plan.todo.to_list(), plan.to_confirm.to_list(), plan.left_out) == (TEN[4:6], TEN[:4], 4)


def test_a_plan_can_be_narrowed_to_some_of_its_numbers():
    plan = make_plan(recipients_of(*TEN), known_of(unconfirmed=TEN[:4]), order=Order.INPUT, confirms=True)
    part = plan.among(pl.Series("number", TEN[3:6], dtype=pl.UInt64))

    assert (part.todo.to_list(), part.to_confirm.to_list(), part.rows) == (TEN[4:6], TEN[3:4], 10)


@pytest.mark.parametrize(("yes", "once", "expected"), [(0, 0, 5), (0, 4, 5), (4, 0, 1), (2, 2, 3)], ids=str)
def test_as_many_noes_are_expected_as_among_the_known(yes, once, expected):
    known = known_of(fresh=TEN[:yes], unconfirmed=TEN[yes : yes + once])

    def plan(confirms):
        return make_plan(recipients_of(*TEN), known, confirms=confirms)

    assert plan(confirms=True).confirmations_expected == expected
    assert plan(confirms=False).confirmations_expected == 0


@pytest.mark.parametrize("order", Order)
def test_an_empty_list_makes_an_empty_plan(order):
    plan = make_plan(recipients_of(), NOTHING, order=order)

    assert (plan.todo.len(), plan.rows, plan.known, plan.offline, plan.countries) == (0, 0, {}, {}, {})


def test_counts_go_by_number_and_then_by_word():
    assert list(counts(pl.Series(["b", None, "a", "c", "c"])).items()) == [("c", 2), ("a", 1), ("b", 1)]
