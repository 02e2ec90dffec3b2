"""After a purge the server's files hold no deleted row: each table is in a new file."""

from contextlib import closing

import psycopg

from validator.ledger import Selection, open_ledger
from validator.ledger.postgres.schema import PARTITIONS

FIRST = 447_700_900_000

FILES = """
    SELECT relname, pg_relation_filenode(oid) FROM pg_class
    WHERE relnamespace = 'validator'::regnamespace AND relkind = 'r'
"""
PEOPLE = {f"numbers_{place}" for place in range(PARTITIONS)} | {
    "unverified_negatives",
    "runs",
    "leases",
    "writers",
}


def files_of(url):
    with closing(psycopg.connect(url.reveal(), autocommit=True)) as connection:
        return dict(connection.execute(FILES).fetchall())


def test_every_table_that_can_name_a_person_is_rewritten(database, make_outcome):
    with open_ledger(database, holder="pytest") as ledger:
        for place in range(50):
            ledger.record(make_outcome(place))
        ledger.commit()
        before = files_of(database)
        ledger.purge(Selection(numbers=[FIRST + 1]))

    after = files_of(database)
    rewritten = {name for name, file in before.items() if after[name] != file}
    assert rewritten == PEOPLE
