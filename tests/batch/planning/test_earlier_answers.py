import polars as pl
import pytest

from validator.batch.planning.earlier_answers import EarlierAnswers
from validator.model import Reason, Verdict
from validator.reports import Changes
from validator.settings import DAY_S

DAY_MS = int(DAY_S * 1000)
NUMBERS = [447_700_900_020 + place for place in range(8)]
ANN, BOB, CY, DEE, EVE, FAY, GIL, HAL = NUMBERS
YES, NO, UNKNOWN, INVALID = Verdict.REGISTERED, Verdict.NOT_REGISTERED, Verdict.UNKNOWN, Verdict.INVALID


def asked(*numbers):
    """Numbers in an order of their own, as a plan has them."""
    return pl.Series("number", numbers[::-1], dtype=pl.UInt64)


@pytest.fixture
def earlier_of(ledger, now_ms):
    """Read the earlier answers about some numbers, after what is known of the list was read."""
    return lambda known, numbers: EarlierAnswers.read(ledger, known, numbers, now_ms)


def test_each_change_is_counted_against_the_answer_before(knows, earlier_of, make_outcome, now_ms):
    old = {"checked_at_ms": now_ms - 400 * DAY_MS}
    before = [
        make_outcome(ANN, NO, **old),
        make_outcome(BOB, YES, **old),
        make_outcome(CY, YES, **old),
        make_outcome(DEE, YES, checked_at_ms=now_ms - 500 * DAY_MS),
        make_outcome(HAL, INVALID, reason=Reason.REJECTED_BY_PROVIDER, **old),
    ]
    earlier = earlier_of(knows(before, numbers=NUMBERS), asked(*NUMBERS))
    after = [
        make_outcome(ANN, YES),
        make_outcome(BOB, NO),
        make_outcome(CY, YES),
        make_outcome(DEE, UNKNOWN),
        make_outcome(EVE, YES),
        make_outcome(FAY, NO),
        make_outcome(GIL, UNKNOWN),
        make_outcome(HAL, INVALID, reason=Reason.REJECTED_BY_PROVIDER),
    ]
    changes = earlier.changes(asked(*NUMBERS), knows(after, numbers=NUMBERS))

    assert changes == Changes(
        first_yes=1,
        first_no=1,
        joined=1,
        gone=1,
        same=2,
        unanswered=1,
        earliest_at=changes.earliest_at,
        latest_at=changes.latest_at,
    )
    assert changes.checked_before == 5
    assert changes.earliest_at < changes.latest_at


def test_an_answer_that_still_holds_is_no_earlier_one(knows, earlier_of, make_outcome):
    earlier = earlier_of(knows([make_outcome(ANN)], numbers=NUMBERS), asked(BOB))

    assert (earlier.frame.height, earlier.earliest_at) == (0, None)


def test_a_no_that_is_to_be_confirmed_is_an_earlier_answer(knows, earlier_of, make_outcome):
    numbers = asked(ANN, BOB)
    before = knows([make_outcome(ANN, NO), make_outcome(BOB, NO)]).confirmed()
    earlier = earlier_of(before, numbers)
    after = knows([make_outcome(ANN), make_outcome(BOB, NO, reason=Reason.NOT_ON_WHATSAPP_TWICE)]).confirmed()

    changes = earlier.changes(numbers, after)
    assert (changes.joined, changes.same, changes.first_yes) == (1, 1, 0)


def test_an_answer_stands_behind_a_later_failure(knows, earlier_of, make_outcome, now_ms):
    before = [
        make_outcome(ANN, YES, checked_at_ms=now_ms - 400 * DAY_MS),
        make_outcome(BOB, NO, checked_at_ms=now_ms - 300 * DAY_MS),
        *(make_outcome(number, UNKNOWN, checked_at_ms=now_ms - 200 * DAY_MS) for number in (ANN, BOB, CY)),
    ]
    earlier = earlier_of(knows(before, numbers=NUMBERS), asked(ANN, BOB, CY))
    after = knows([make_outcome(ANN, NO), make_outcome(BOB, NO), make_outcome(CY, NO)], numbers=NUMBERS)
    changes = earlier.changes(asked(ANN, BOB, CY), after)

    assert (changes.gone, changes.same, changes.first_no) == (1, 1, 1)


def test_nobody_asked_is_no_change(knows):
    assert EarlierAnswers().changes(asked(), knows([])) == Changes()


def test_a_first_run_has_first_answers_only(knows, make_outcome):
    known = knows([make_outcome(ANN), make_outcome(BOB, NO)], numbers=NUMBERS)

    changes = EarlierAnswers().changes(asked(ANN, BOB, CY), known)
    assert changes == Changes(first_yes=1, first_no=1)
