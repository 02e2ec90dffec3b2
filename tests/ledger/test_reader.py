import pytest

from tests.support.ledger.reading import columns_as_rows, rows_of, shared
from tests.support.ledger.session_refs import SESS_A
from validator.errors import LedgerError
from validator.ledger import open_ledger, read
from validator.model import Number, Verdict
from validator.settings import MaxAge

NOW_MS = 1_760_000_000_000
FIRST = 447_700_900_000


def test_rows_come_ascending_in_chunks(filled):
    chunks = list(filled.known())

    numbers = [row.number for rows in chunks for row in rows]
    assert numbers == list(range(FIRST, FIRST + 12_000, 3))


@pytest.mark.parametrize("fresh_from_ms", [None, MaxAge(registered_s=3).cutoffs_ms(NOW_MS)])
def test_columns_tell_what_rows_tell(location, make_outcome, fresh_from_ms):
    verdicts = [Verdict.REGISTERED, Verdict.NOT_REGISTERED, Verdict.INVALID, Verdict.UNKNOWN]
    ids = [f"{FIRST + 6}@s.whatsapp.net", 'odd "id",\n', None]
    with open_ledger(location, holder="pytest") as ledger:
        for place in range(60):
            whatsapp_id = ids[place % 3] if place != 6 else ids[0]
            verdict = verdicts[place % 4]
            ledger.record(make_outcome(place, verdict, checked_at_ms=place, whatsapp_id=whatsapp_id))
            if place % 12 < 3:
                ledger.record(make_outcome(place, Verdict.UNKNOWN, checked_at_ms=NOW_MS))
        ledger.commit()
        numbers = list(range(FIRST + 5, FIRST + 55, 2))
        told = rows_of(ledger, fresh_from_ms=fresh_from_ms)
        between = ledger.columns_between(FIRST + 2, FIRST + 57, fresh_from_ms=fresh_from_ms)
        looked_up = ledger.columns_of(numbers, fresh_from_ms=fresh_from_ms)

        assert columns_as_rows(between, ledger) == shared(told[2:58])
        assert columns_as_rows(looked_up, ledger) == shared(row for row in told if row.number in numbers)


def test_numbers_may_repeat_and_be_of_our_own_type(filled):
    numbers = [Number(FIRST + 3), FIRST + 3, FIRST]

    assert [row.number for row in rows_of(filled, numbers)] == [FIRST, FIRST + 3]
    assert [row.number for row in rows_of(filled, numbers * 20_000)] == [FIRST, FIRST + 3]


def test_rows_hold_plain_values(filled):
    assert [type(cell) for cell in rows_of(filled)[1]] == [
        *(int, str, str, type(None), str, str, str, int, int, str)
    ]


def test_a_reader_sees_what_a_writer_commits_beside_it(location, make_outcome):
    with open_ledger(location, holder="pytest") as ledger, read(location) as reader:
        ledger.record(make_outcome(1))
        ledger.commit()

        assert len(rows_of(reader)) == 1


def test_a_closed_reader_is_a_ledger_error(location):
    reader = read(location)
    reader.close()
    reader.close()

    for ask in (
        lambda: rows_of(reader),
        lambda: reader.stats(NOW_MS),
        lambda: reader.runs(1),
        lambda: reader.spent_since(SESS_A, 0),
    ):
        with pytest.raises(LedgerError, match="could not be read"):
            ask()
