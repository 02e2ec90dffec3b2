"""What a kill leaves of facts that are taken in."""

import pytest

from tests.support.ledger.files import copied, wal_size
from validator.ledger import open_ledger


@pytest.mark.slow
def test_a_kill_while_facts_are_taken_in_leaves_all_of_them_or_none(path, make_outcome):
    moments = []

    def remember(statement):
        if statement.startswith("COMMIT") or len(moments) < 5:
            moments.append(copied(path))

    def parts():
        for start in range(0, 9_000, 3_000):
            yield [make_outcome(place) for place in range(start, start + 3_000)]
            remember("between two parts")

    ledger = open_ledger(path, holder="pytest")
    # So that SQLite writes pages of the transaction out before its end, as it does for large ones.
    ledger._writing.execute("PRAGMA cache_size = 10")
    ledger._writing.set_trace_callback(remember)
    assert ledger.merge(parts()) == 9_000
    ledger._writing.set_trace_callback(None)
    assert wal_size(moments[-1]) > 100_000
    moments.append(copied(path))
    ledger.close()

    held = []
    for copy in moments:
        with open_ledger(copy, holder="pytest") as survivor:
            held.append(survivor.numbers())
    assert held == [0] * (len(moments) - 1) + [9_000]
