"""Purging forgets people wherever they stand, and leaves no copy of them in any of the ledger's files."""

import re
import sqlite3
from contextlib import closing
from itertools import takewhile

import pytest

from tests.support.ledger.files import copied
from tests.support.ledger.session_refs import SESS_A
from validator.errors import Busy, LedgerError
from validator.ledger import Purged, Selection, open_ledger, read
from validator.model import Verdict

NOW_MS = 1_760_000_000_000
FIRST = 447_700_900_000
DAY_MS = 86_400_000


def known(reader, **options):
    return {row[0] - FIRST: row[1] for rows in reader.known(**options) for row in rows}


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


def purged(numbers=0, older_facts=0, runs=0, blanked_runs=0):
    return Purged(numbers=numbers, older_facts=older_facts, runs=runs, blanked_runs=blanked_runs)


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


def test_facts_go_by_their_own_age(ledger, make_outcome):
    old, new = {"checked_at_ms": NOW_MS - 1}, {"checked_at_ms": NOW_MS}
    ledger.record(make_outcome(1, whatsapp_id="x@lid", **old))
    ledger.record(make_outcome(2, **new))
    ledger.record(make_outcome(3, whatsapp_id="x@lid", **old))
    ledger.record(make_outcome(3, Verdict.UNKNOWN, **new))
    ledger.record(make_outcome(4, **new))
    ledger.record(make_outcome(4, Verdict.UNKNOWN, **old))
    ledger.record(make_outcome(5, Verdict.UNKNOWN, **old))

    assert ledger.purge(Selection(before_ms=NOW_MS)) == purged(numbers=2, older_facts=2)
    assert known(ledger) == {2: "registered", 3: "unknown", 4: "registered"}
    # Nothing but the answer is left of the fourth: it is shown even where it has expired.
    expired = dict.fromkeys(Verdict, NOW_MS + 1)
    assert known(ledger, fresh_from_ms=expired) == {2: "registered", 3: "unknown", 4: "registered"}


def test_named_numbers_go_with_all_that_is_known_of_them(ledger, make_outcome):
    for place in range(5):
        ledger.record(make_outcome(place))
    ledger.record(make_outcome(1, Verdict.UNKNOWN))
    ledger.record_unverified(make_outcome(2, Verdict.NOT_REGISTERED), 1)
    ledger.record_unverified(make_outcome(3, Verdict.NOT_REGISTERED), 2)
    ledger.commit()

    gone = [FIRST + 1, FIRST + 2, FIRST + 99]
    assert ledger.purge(Selection(numbers=gone)) == purged(numbers=2)
    assert known(ledger) == dict.fromkeys([0, 3, 4], "registered")
    assert [one.number for one in ledger.unverified_negatives(SESS_A)] == [FIRST + 3]


def test_an_account_that_goes_by_another_number_is_forgotten_under_both(ledger, make_outcome):
    ledger.record(make_outcome(1, whatsapp_id=f"{FIRST + 7}@s.whatsapp.net"))
    ledger.record(make_outcome(2, whatsapp_id=f"{FIRST + 8}@s.whatsapp.net"))

    assert ledger.purge(Selection(numbers=[FIRST + 7])) == purged(numbers=1)
    assert known(ledger) == {2: "registered"}


def test_an_unverified_negative_that_was_forgotten_cannot_be_confirmed(ledger, make_outcome):
    ledger.record_unverified(make_outcome(1, Verdict.NOT_REGISTERED, checked_at_ms=NOW_MS - 1), 1)
    ledger.record_unverified(make_outcome(2, Verdict.NOT_REGISTERED, checked_at_ms=NOW_MS), 2)
    ledger.purge(Selection(before_ms=NOW_MS))
    ledger.confirm(SESS_A, 2)
    ledger.commit()

    assert known(ledger) == {2: "not_registered"}
    assert ledger.unverified_negatives(SESS_A) == []


def test_an_old_no_that_waits_is_forgotten_beside_a_newer_answer(ledger, make_outcome):
    ledger.record(make_outcome(1, checked_at_ms=NOW_MS))
    ledger.record_unverified(make_outcome(1, Verdict.NOT_REGISTERED, checked_at_ms=NOW_MS - 1), 1)

    assert ledger.purge(Selection(before_ms=NOW_MS)) == purged(older_facts=1)
    assert (known(ledger), ledger.unverified_negatives(SESS_A)) == ({1: "registered"}, [])


def test_old_runs_are_forgotten_by_the_time_they_ended(ledger):
    for started_at_ms, finished_at_ms in ((1, 2), (3, 9), (4, None), (8, None)):
        run = ledger.begin_run(command="check", input_name="leads.csv", started_at_ms=started_at_ms)
        if finished_at_ms is not None:
            ledger.finish_run(run, finished_at_ms, 0, "{}")

    assert ledger.purge(Selection(before_ms=5)) == purged(runs=2)
    assert [run.started_at_ms for run in ledger.runs(9)] == [8, 3]


@pytest.mark.parametrize(
    ("input_name", "summary_json", "is_named"),
    [
        ("+447700900001.csv", "{}", True),
        ("447700900001 and others.csv", "{}", True),
        ("leads.csv", '{"next_command": "validator check --canary \'+44 7700 (900)-001\'"}', True),
        ("leads.csv", '{"next_command": "--canary +447700900001"}', True),
        ("leads.csv", '{"rows": 44770090, "started_at": "2026-11-26T05:13:07"}', False),
        ("447700900002.csv", '{"rows": 1, "asked": 447}', False),
    ],
)
def test_a_run_that_names_a_purged_number_keeps_neither_file_name_nor_summary(
    path, ledger, input_name, summary_json, is_named
):
    run = ledger.begin_run(command="check", input_name=input_name, started_at_ms=NOW_MS)
    ledger.finish_run(run, NOW_MS, 4, summary_json)

    assert ledger.purge(Selection(numbers=[FIRST + 1])) == purged(blanked_runs=int(is_named))
    [record] = ledger.runs(2)
    texts = ("", None) if is_named else (input_name, summary_json)
    assert (record.input_name, record.summary_json, record.exit_code) == (*texts, 4)
    assert found_in(path, [FIRST + 1]) == set()


def test_nothing_is_purged_where_nothing_was_selected(ledger, make_outcome):
    ledger.record(make_outcome(1))
    ledger.begin_run(command="check", input_name="447700900001.csv", started_at_ms=0)

    assert not ledger.purge(Selection())
    assert known(ledger) == {1: "registered"}


def test_purgeable_tells_what_purge_would_do_and_does_nothing(path, ledger, make_outcome):
    ledger.record(make_outcome(1))
    ledger.record(make_outcome(2, checked_at_ms=NOW_MS + 5))
    ledger.commit()
    selection = Selection(before_ms=NOW_MS + 1)

    with read(path) as reader:
        assert reader.purgeable(selection) == purged(numbers=1)
    assert known(ledger) == {1: "registered", 2: "registered"}
    assert ledger.purge(selection) == purged(numbers=1)


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


@pytest.mark.parametrize("verdict", [Verdict.REGISTERED, Verdict.NOT_REGISTERED, Verdict.UNKNOWN])
def test_what_bears_a_time_in_the_future_is_as_old(ledger, make_outcome, verdict):
    ledger.record(make_outcome(1, verdict, checked_at_ms=NOW_MS + 10))
    ledger.record(make_outcome(2, checked_at_ms=NOW_MS + 10))
    ledger.record(make_outcome(2, Verdict.UNKNOWN, checked_at_ms=NOW_MS))
    ledger.record(make_outcome(3, verdict, checked_at_ms=NOW_MS))
    ledger.commit()
    chosen = Selection(before_ms=NOW_MS - 5, after_ms=NOW_MS + 5)

    assert ledger.purgeable(chosen) == purged(numbers=1, older_facts=1)
    assert ledger.purge(chosen) == purged(numbers=1, older_facts=1)
    assert ledger.numbers() == 2
