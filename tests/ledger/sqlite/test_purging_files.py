"""What was purged is in no byte of any file of the ledger."""

import re
import sqlite3
from contextlib import closing
from itertools import takewhile

import pytest

from tests.support.ledger.files import copied
from validator.errors import Busy, LedgerError
from validator.ledger import Purged, Selection, open_ledger, read
from validator.model import Verdict

NOW_MS = 1_760_000_000_000
FIRST = 447_700_900_000
DAY_MS = 86_400_000


def known(reader, **options):
    return {row[0] - FIRST: row[1] for rows in reader.known(**options) for row in rows}


def purged(numbers=0):
    return Purged(numbers=numbers, older_facts=0, runs=0, blanked_runs=0)


def varint(number):
    """A row's key as it stands in a page (sqlite.org/fileformat2.html, section 1.6)."""
    groups = [number >> shift & 0x7F for shift in range(0, 64, 7)]
    while len(groups) > 1 and not groups[-1]:
        groups.pop()
    return bytes([*(group | 0x80 for group in groups[:0:-1]), groups[0]])


# What a number looks like in a file: as a key, as a value of six bytes, and as text.
SPELLINGS = (varint, lambda number: number.to_bytes(6, "big"), lambda number: str(number).encode())


def found_in(path, numbers):
    """The numbers that stand in any file beside the ledger, under any spelling."""
    content = b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))
    return set().union(
        *(spelled_in(content, {spell(number): number for number in numbers}) for spell in SPELLINGS)
    )


def spelled_in(content, numbers):
    """Those whose spelling stands in the content; looked for by the beginning that all spellings share."""
    first, last = min(numbers), max(numbers)
    prefix = bytes(
        one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=True))
    )
    rest = len(first) - len(prefix)
    seen = re.findall(b"(?=(%b.{%d}))" % (re.escape(prefix), rest), content, re.DOTALL)
    return {numbers[spelling] for spelling in set(seen) & numbers.keys()}


@pytest.mark.slow
@pytest.mark.parametrize("by_age", [True, False])
def test_what_was_purged_is_in_no_byte_of_the_ledgers_files(path, make_outcome, by_age):
    # Enough for a tree of two levels: separators between its pages name numbers too.
    doomed, kept = range(0, 20_000, 2), range(1, 20_000, 2)
    with open_ledger(path, holder="pytest") as ledger:
        for place in doomed:
            odd_id = f"{FIRST + place}@s.whatsapp.net "
            ledger.record(make_outcome(place, whatsapp_id=odd_id, checked_at_ms=NOW_MS - DAY_MS))
            if not place % 100:
                ledger.record_unverified(
                    make_outcome(place, Verdict.NOT_REGISTERED, checked_at_ms=NOW_MS - DAY_MS), place + 1
                )
        for place in kept:
            ledger.record(make_outcome(place, checked_at_ms=NOW_MS))
        ledger.commit()
        # Unverified negatives are written with a number as a value, the rest with one as a key.
        numbers = {FIRST + place for place in doomed}
        assert found_in(path, numbers) == numbers

        chosen = Selection(before_ms=NOW_MS) if by_age else Selection(numbers=numbers)
        assert ledger.purge(chosen) == purged(numbers=len(doomed))

        assert found_in(path, numbers) == set()
        assert known(ledger) == dict.fromkeys(kept, "registered")
    assert found_in(path, numbers) == set()
    assert found_in(path, {FIRST + place for place in kept}) == {FIRST + place for place in kept}


def test_the_name_of_a_file_that_named_a_purged_number_is_in_no_byte(path, ledger):
    run = ledger.begin_run(command="check", input_name="+447700900001.csv", started_at_ms=NOW_MS)
    ledger.finish_run(run, NOW_MS, 4, "{}")
    ledger.purge(Selection(numbers=[FIRST + 1]))

    assert found_in(path, [FIRST + 1]) == set()


@pytest.mark.slow
def test_a_reader_of_an_older_state_is_told_of_and_purging_again_does_the_rest(path, ledger, make_outcome):
    for place in range(20_000):
        ledger.record(make_outcome(place))
    ledger.commit()
    ledger._writing.execute("PRAGMA busy_timeout = 1")
    with read(path) as reader:
        scan = reader.known()
        first = next(scan)
        with pytest.raises(Busy, match=r"is deleted.*stays in its WAL; run the same command again"):
            ledger.purge(Selection(numbers=[FIRST]))
        assert len(first) + sum(map(len, scan)) == 20_000

    assert ledger.purge(Selection(numbers=[FIRST])) == purged()
    assert found_in(path, [FIRST]) == set()


@pytest.mark.slow
def test_a_purge_that_is_killed_has_forgotten_all_or_nothing_and_can_be_done_again(path, make_outcome):
    ledger = open_ledger(path, holder="pytest")
    for place in range(3_000):
        ledger.record(make_outcome(place, checked_at_ms=NOW_MS - place % 2))
    ledger.commit()
    moments = []
    ledger._writing.set_trace_callback(lambda _statement: moments.append(copied(path)))
    ledger.purge(Selection(before_ms=NOW_MS))
    moments.append(copied(path))
    ledger._writing.set_trace_callback(None)
    ledger.close()

    held = []
    for copy in moments:
        with open_ledger(copy, holder="pytest") as survivor:
            held.append(len(known(survivor)))
            survivor.purge(Selection(before_ms=NOW_MS))
            assert len(known(survivor)) == 1_500
        assert found_in(copy, [FIRST + 1]) == set()
    assert sorted(set(held), reverse=True) == [3_000, 1_500]
    assert held == sorted(held, reverse=True)


def test_what_could_not_be_overwritten_is_an_error_and_is_done_the_next_time(path, make_outcome):
    ledger = open_ledger(path, holder="pytest")
    for place in range(3_000):
        ledger.record(make_outcome(place))
    ledger.commit()
    # Rebuilding a file begins with attaching a temporary one.
    ledger._writing.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK
    )
    with pytest.raises(LedgerError, match=r"could not be overwritten.*run the same command again"):
        ledger.purge(Selection(numbers=[FIRST]))
    with pytest.raises(LedgerError, match="takes nothing more"):
        ledger.purge(Selection(numbers=[FIRST]))
    ledger._writing.set_authorizer(None)
    ledger.close()

    with open_ledger(path, holder="pytest") as again:
        assert again.purge(Selection(numbers=[FIRST])) == purged()
        assert len(known(again)) == 2_999
    assert found_in(path, [FIRST]) == set()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
