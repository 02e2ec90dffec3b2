import polars as pl
import pytest

from validator.batch.lookup import any_unknown, look_up
from validator.model import Verdict
from validator.phone import Accept
from validator.settings import MaxAge

ANN, BOB = 447_700_900_020, 447_700_900_021


@pytest.fixture
def look(ledger, now_ms, make_outcome):
    """Look numbers up; those in `users` are found to be registered when asked about, others are not."""

    def run(*typed, users=(), max_age=None):
        asked = []

        def ask(plan):
            asked.extend(plan.todo)
            for number in plan.todo:
                verdict = Verdict.REGISTERED if number in users else Verdict.NOT_REGISTERED
                ledger.record(make_outcome(number, verdict))
            ledger.commit()

        rows = look_up(
            typed,
            region="GB",
            accept=Accept.POSSIBLE,
            ledger=ledger,
            max_age=max_age or MaxAge(),
            now_ms=now_ms,
            confirms=False,
            ask=ask,
        )
        return rows, asked

    return run


def test_each_number_typed_has_its_row_in_order(look):
    rows, asked = look("07700 900021", "nonsense", f"+{ANN}", users=[ANN])

    assert rows.select("number", "e164", "verdict", "reason").rows() == [
        ("07700 900021", f"+{BOB}", "not_registered", "not_on_whatsapp"),
        ("nonsense", None, "invalid", "not_a_number"),
        (f"+{ANN}", f"+{ANN}", "registered", None),
    ]
    assert asked == [BOB, ANN]
    at = "2027-01-15T08:00:00.000+00:00"
    assert rows["checked_at"].to_list() == [at, None, at]


def test_what_is_known_is_not_asked_again(look):
    look(f"+{ANN}")

    _, asked = look(f"+{ANN}", f"+{BOB}")

    assert asked == [BOB]


def test_the_same_number_twice_is_asked_once(look):
    rows, asked = look(f"+{ANN}", "07700 900020")

    assert (rows.height, asked) == (2, [ANN])


def test_an_unknown_row_is_noticed():
    assert any_unknown(pl.DataFrame({"verdict": ["registered", "unknown"]}))
    assert not any_unknown(pl.DataFrame({"verdict": ["registered", "invalid"]}))
