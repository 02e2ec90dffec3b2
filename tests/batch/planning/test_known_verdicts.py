import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.batch.planning.known_verdicts import SCHEMA, KnownVerdicts
from validator.batch.planning.reading_known import read_known
from validator.model import Reason, Source, Verdict
from validator.settings import DAY_S, MaxAge

DAY_MS = int(DAY_S * 1000)
LOW, MIDDLE, HIGH = 447_700_900_020, 447_700_900_030, 447_700_900_040


def series(*numbers):
    return pl.Series("number", numbers, dtype=pl.UInt64)


def test_known_numbers_are_found_in_the_order_asked(knows, make_outcome, now_ms):
    known = knows([make_outcome(HIGH), make_outcome(LOW, Verdict.NOT_REGISTERED, source=Source.CONTACTS)])

    found = known.of(series(HIGH, LOW, HIGH))

    assert found["verdict"].to_list() == ["registered", "not_registered", "registered"]
    assert found["reason"].to_list() == [None, "not_on_whatsapp", None]
    assert found["source"].to_list() == ["api", "contacts", "api"]
    assert found["checked_at_ms"].to_list() == [now_ms] * 3


def test_nulls_strangers_and_numbers_beyond_both_ends_are_not_known(knows, make_outcome):
    known = knows([make_outcome(MIDDLE)])

    found = known.of(series(None, LOW, MIDDLE, HIGH, 2**63))

    assert found["verdict"].to_list() == [None, None, "registered", None, None]
    assert found["fresh"].to_list() == [None, None, True, None, None]


@pytest.mark.parametrize("asked", [(), (LOW,), (None, LOW)])
def test_an_empty_ledger_knows_nobody(knows, asked):
    found = knows([]).of(series(*asked))

    assert found.height == len(asked)
    assert found["verdict"].null_count() == len(asked)


def test_nobody_asked_is_nobody_found(knows, make_outcome):
    assert knows([make_outcome(LOW)]).of(series()).height == 0


def test_the_columns_are_the_same_whatever_is_known(knows, make_outcome):
    empty, filled = knows([]).of(series(LOW)), knows([make_outcome(LOW)]).of(series(LOW))

    assert empty.schema == filled.schema


def test_a_no_that_was_said_once_is_no_answer_where_only_the_confirmed_count(knows, make_outcome):
    said = {
        LOW: {},
        LOW + 1: {"reason": Reason.NOT_ON_WHATSAPP_TWICE},
        LOW + 2: {"source": Source.IMPORTED},
        LOW + 3: {"verdict": Verdict.REGISTERED, "reason": None},
        LOW + 4: {"verdict": Verdict.UNKNOWN, "reason": Reason.NOT_CONFIRMED},
    }
    outcomes = [
        make_outcome(number, **{"verdict": Verdict.NOT_REGISTERED} | what) for number, what in said.items()
    ]
    known = knows(outcomes)
    confirmed = known.confirmed()

    assert not known.status_of(series(*said))["is_unconfirmed"].any()
    assert confirmed.status_of(series(*said))["is_unconfirmed"].to_list() == [
        number == LOW for number in said
    ]
    assert confirmed.of(series(*said)).select("verdict", "reason", "fresh").rows() == [
        ("unknown", "not_confirmed", False),
        ("not_registered", "not_on_whatsapp_twice", True),
        ("not_registered", "not_on_whatsapp", True),
        ("registered", None, True),
        ("unknown", "not_confirmed", True),
    ]


@given(
    st.sets(st.integers(10**6, 10**15 - 1), max_size=30), st.lists(st.integers(10**6, 10**15 - 1) | st.none())
)
@pytest.mark.slow
def test_looking_up_is_as_a_dictionary_would_have_it(stored, asked):
    numbers = sorted(stored)
    frame = pl.DataFrame({"number": numbers}, schema={"number": pl.UInt64})
    rest = {
        "verdict": pl.lit("registered", SCHEMA["verdict"]),
        "own_id": pl.lit(value=True),
        "checked_at_ms": pl.col("number").cast(pl.Int64),
        "unconfirmed": pl.lit(value=False),
    }
    known = KnownVerdicts(frame.with_columns(**rest))

    found = known.of(series(*asked, *numbers))

    assert found["checked_at_ms"].to_list() == [one if one in stored else None for one in [*asked, *numbers]]


@pytest.mark.slow
def test_the_rows_of_a_long_list_have_the_places_of_their_numbers():
    frame = pl.DataFrame({"number": pl.int_range(0, 1_500_000, 3, dtype=pl.UInt64, eager=True)})
    asked = pl.int_range(0, 1_200_000, dtype=pl.UInt64, eager=True).sample(fraction=1.0, shuffle=True, seed=1)
    recipients = pl.DataFrame({"number": asked})

    places = KnownVerdicts(frame).indices_of_list(recipients)

    assert places.equals(pl.select(pl.when(asked % 3 == 0).then(asked // 3)).to_series().cast(places.dtype))


@pytest.mark.parametrize(
    ("verdict", "age_days", "is_known"),
    [
        (Verdict.REGISTERED, 29, True),
        (Verdict.REGISTERED, 31, False),
        (Verdict.NOT_REGISTERED, 6, True),
        (Verdict.NOT_REGISTERED, 8, False),
        (Verdict.INVALID, 6, True),
        (Verdict.INVALID, 8, False),
    ],
)
def test_an_answer_that_has_outlived_its_age_is_no_longer_known(
    *, knows, make_outcome, now_ms, verdict, age_days, is_known
):
    known = knows([make_outcome(LOW, verdict, checked_at_ms=now_ms - age_days * DAY_MS)])

    assert known.frame["number"].to_list() == ([LOW] if is_known else [])


def test_an_unknown_is_kept_for_its_reason_and_asked_about_again(knows, make_outcome, now_ms):
    known = knows([make_outcome(LOW, Verdict.UNKNOWN, checked_at_ms=now_ms - 90 * DAY_MS)])

    assert known.frame.select("verdict", "reason", "fresh").rows() == [("unknown", "timeout", False)]


def test_an_unknown_within_its_own_age_need_not_be_asked_about(knows, make_outcome, now_ms):
    known = knows(
        [make_outcome(LOW, Verdict.UNKNOWN, checked_at_ms=now_ms - 1000)], max_age=MaxAge(unknown_s=60)
    )

    assert known.frame["fresh"].to_list() == [True]


def test_a_stale_answer_gives_way_to_the_failure_that_came_after_it(knows, make_outcome, now_ms):
    known = knows(
        [
            make_outcome(LOW, checked_at_ms=now_ms - 40 * DAY_MS),
            make_outcome(LOW, Verdict.UNKNOWN, checked_at_ms=now_ms - DAY_MS),
        ]
    )

    assert known.frame["verdict"].to_list() == ["unknown"]


def test_it_is_told_how_many_numbers_were_found(ledger, make_outcome, now_ms):
    for number in (LOW, HIGH):
        ledger.record(make_outcome(number))
    ledger.commit()
    told = []

    read_known(ledger, series(LOW, MIDDLE, HIGH), MaxAge(), now_ms, told.append)

    assert told == [2]
