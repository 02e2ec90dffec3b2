import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.ledger.session_refs import SESS_A
from validator.errors import LedgerError
from validator.ledger import open_ledger, read
from validator.ledger.sqlite import columns
from validator.model import Number, Verdict
from validator.settings import MaxAge

NOW_MS = 1_760_000_000_000
FIRST = 447_700_900_000


def rows_of(ledger, numbers=None, **options):
    return [row for rows in ledger.known(numbers, **options) for row in rows]


def columns_as_rows(chunks, ledger):
    """Rows as `known` has them, but for session and attempts, which the columns leave out; see `shared`."""
    rows = []
    for chunk in chunks:
        findings, ids = ledger.findings(), dict(chunk.other_ids)
        for number, finding, at_ms in zip(*(map(int, text.split("\n")) for text in chunk[:3]), strict=True):
            said = findings[finding]
            other_id = None if said.verdict == "unknown" else ids.get(number)
            whatsapp_id = f"{number}@s.whatsapp.net" if said.own_id else other_id
            rows.append((number, said.verdict, said.reason, whatsapp_id, said.source, at_ms))
    return rows


def shared(rows):
    """What rows have in common with columns."""
    return [(*row[:5], row.checked_at_ms) for row in rows]


@pytest.fixture
def filled(path, make_outcome):
    """Four thousand numbers, every third of a range, of all verdicts; a quarter has failed since."""
    verdicts = [Verdict.REGISTERED, Verdict.NOT_REGISTERED, Verdict.INVALID, Verdict.UNKNOWN]
    with open_ledger(path, holder="pytest") as ledger:
        for place in range(0, 12_000, 3):
            ledger.record(make_outcome(place, verdicts[place % 4], checked_at_ms=NOW_MS - place))
            if place % 12 < 3:
                ledger.record(make_outcome(place, Verdict.UNKNOWN, checked_at_ms=NOW_MS))
    with read(path) as reader:
        yield reader


def test_a_ledger_that_does_not_exist_yet_is_an_empty_one(path):
    with read(path) as reader:
        assert rows_of(reader) == []
        assert rows_of(reader, [FIRST]) == []
        assert reader.runs(5) == []
        assert reader.spent_since(SESS_A, 0) == 0
        stats = reader.stats(NOW_MS)
    assert (stats.numbers, stats.oldest_ms, stats.newest_ms, stats.size_bytes) == (0, None, None, 0)
    assert not path.parent.exists()


def test_a_file_with_nothing_in_it_is_an_empty_ledger(path):
    path.parent.mkdir()
    path.touch()

    with read(path) as reader:
        assert rows_of(reader) == []


def test_rows_come_ascending_in_chunks(filled):
    chunks = list(filled.known())

    numbers = [row.number for rows in chunks for row in rows]
    assert numbers == list(range(FIRST, FIRST + 12_000, 3))


@pytest.mark.slow
@pytest.mark.parametrize("count", [0, 1, 500, 4_000, 11_000])
def test_looking_up_and_one_pass_tell_the_same(filled, count):
    numbers = random.Random(count).sample(range(FIRST - 500, FIRST + 12_500), count)
    fresh_from_ms = MaxAge(registered_s=3, not_registered_s=5).cutoffs_ms(NOW_MS)
    from_ms = {str(verdict): fresh_from_ms.get(verdict, 0) for verdict in Verdict} | {"until": NOW_MS * 2}

    everything = rows_of(filled, fresh_from_ms=fresh_from_ms)
    expected = [row for row in everything if row.number in set(numbers)]
    looked_up = [row for rows in filled._look_up(from_ms, sorted(numbers)) for row in rows]
    picked = [row for rows in filled._pick(from_ms, sorted(numbers)) for row in rows]

    assert looked_up == picked == expected
    assert rows_of(filled, numbers, fresh_from_ms=fresh_from_ms) == expected


@pytest.mark.parametrize("fresh_from_ms", [None, MaxAge(registered_s=3).cutoffs_ms(NOW_MS)])
def test_columns_tell_what_rows_tell(path, make_outcome, fresh_from_ms):
    verdicts = [Verdict.REGISTERED, Verdict.NOT_REGISTERED, Verdict.INVALID, Verdict.UNKNOWN]
    ids = [f"{FIRST + 6}@s.whatsapp.net", 'odd "id",\n', None]
    with open_ledger(path, holder="pytest") as ledger:
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


def test_columns_come_in_chunks_and_a_chunk_without_a_row_does_not(filled):
    asked = filled._reading, dict.fromkeys(Verdict, 0) | {"until": NOW_MS}
    numbers = [FIRST - 2, FIRST - 1, FIRST, FIRST + 1, FIRST + 2]

    scanned = list(columns.scan(*asked, FIRST, FIRST + 12_000, rows=1_500))

    assert [chunk.numbers.count("\n") + 1 for chunk in scanned] == [1_500, 1_500, 1_000]
    assert columns_as_rows(scanned, filled) == shared(rows_of(filled))
    assert [chunk.numbers for chunk in columns.look_up(*asked, numbers, rows=2)] == [str(FIRST)]
    assert list(filled.columns_between(0, FIRST - 1)) == list(filled.columns_of([])) == []


def test_numbers_may_repeat_and_be_of_our_own_type(filled):
    numbers = [Number(FIRST + 3), FIRST + 3, FIRST]

    assert [row.number for row in rows_of(filled, numbers)] == [FIRST, FIRST + 3]
    assert [row.number for row in rows_of(filled, numbers * 20_000)] == [FIRST, FIRST + 3]


def test_numbers_between_known_ones_are_found_by_neither_way(filled):
    # More than the ledger's size makes one pass the way; the few are looked up.
    between = range(FIRST + 1, FIRST + 12_000, 3)

    assert list(filled._pick(dict.fromkeys(Verdict, 0) | {"until": NOW_MS}, between)) == []
    assert list(filled.known(between[:100])) == []


def test_rows_hold_plain_values(filled):
    assert [type(cell) for cell in rows_of(filled)[1]] == [
        *(int, str, str, type(None), str, str, str, int, int, str)
    ]


def test_a_reader_sees_what_a_writer_commits_beside_it(path, make_outcome):
    with open_ledger(path, holder="pytest") as ledger, read(path) as reader:
        ledger.record(make_outcome(1))
        ledger.commit()

        assert len(rows_of(reader)) == 1


@pytest.mark.slow
def test_a_reader_in_mid_scan_does_not_hold_up_the_writer(path, make_outcome):
    with open_ledger(path, holder="pytest") as ledger, read(path) as reader:
        for place in range(15_000):
            ledger.record(make_outcome(place))
        ledger.commit()
        scan = reader.known()
        first = next(scan)
        ledger.record(make_outcome(20_000))

        assert ledger.commit() == 1
        assert len(first) < 15_000
        # The scan shows the ledger as it was when it began.
        assert len(first) + sum(map(len, scan)) == 15_000


@pytest.mark.parametrize("exists", [True, False])
def test_a_scan_can_go_on_in_another_thread_than_the_one_that_opened_the_ledger(path, make_outcome, exists):
    if exists:
        with open_ledger(path, holder="pytest") as ledger:
            ledger.record(make_outcome(0))
            ledger.commit()

    with read(path) as reader, ThreadPoolExecutor(1) as elsewhere:
        rows = elsewhere.submit(rows_of, reader).result()
        chunks = elsewhere.submit(list, reader.columns_between(0, FIRST)).result()

    assert (len(rows), len(chunks)) == (exists, exists)


def test_a_closed_reader_is_a_ledger_error(path):
    reader = read(path)
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
