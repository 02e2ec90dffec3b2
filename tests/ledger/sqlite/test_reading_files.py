"""How a file is read: by looking numbers up or in one pass, beside its writer, in any thread."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.ledger.reading import columns_as_rows, rows_of, shared
from tests.support.ledger.session_refs import SESS_A
from validator.ledger import open_ledger, read
from validator.ledger.sqlite import columns
from validator.model import Verdict
from validator.settings import MaxAge

NOW_MS = 1_760_000_000_000
FIRST = 447_700_900_000


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


def test_columns_come_in_chunks_and_a_chunk_without_a_row_does_not(filled):
    asked = filled._reading, dict.fromkeys(Verdict, 0) | {"until": NOW_MS}
    numbers = [FIRST - 2, FIRST - 1, FIRST, FIRST + 1, FIRST + 2]

    scanned = list(columns.scan(*asked, FIRST, FIRST + 12_000, rows=1_500))

    assert [chunk.numbers.count("\n") + 1 for chunk in scanned] == [1_500, 1_500, 1_000]
    assert columns_as_rows(scanned, filled) == shared(rows_of(filled))
    assert [chunk.numbers for chunk in columns.look_up(*asked, numbers, rows=2)] == [str(FIRST)]
    assert list(filled.columns_between(0, FIRST - 1)) == list(filled.columns_of([])) == []


def test_numbers_between_known_ones_are_found_by_neither_way(filled):
    # More than the ledger's size makes one pass the way; the few are looked up.
    between = range(FIRST + 1, FIRST + 12_000, 3)

    assert list(filled._pick(dict.fromkeys(Verdict, 0) | {"until": NOW_MS}, between)) == []
    assert list(filled.known(between[:100])) == []


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
