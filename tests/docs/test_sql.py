"""The SQL of the page on PostgreSQL makes a database that a run can own, and others can read and write."""

from contextlib import closing

import psycopg
import pytest

from tests.support.docs.blocks import blocks_of
from tests.support.ledger.databases import databases, postgres  # noqa: F401 - fixtures
from validator.ledger import open_ledger, read

pytestmark = pytest.mark.slow

CLEAN = "DROP DATABASE ledger WITH (FORCE)", "DROP ROLE validator", "DROP ROLE reports", "DROP ROLE checks"


def test_the_roles_of_the_page_are_enough(postgres):  # noqa: F811
    make, grant = (block.text for block in blocks_of("docs/postgresql.md") if block.language == "sql")
    statements = [one for one in make.split(";\n") if one.strip()]
    postgres.execute(*statements, "CREATE ROLE reports LOGIN", "CREATE ROLE checks LOGIN")
    owner, reports, checks = (postgres.url("ledger", user) for user in ("validator", "reports", "checks"))

    with open_ledger(owner, holder="owner"):
        pass
    with closing(psycopg.connect(owner.reveal(), autocommit=True)) as connection:
        connection.execute(grant)

    with read(reports) as reader:
        assert reader.numbers() == 0
    with open_ledger(checks, holder="checks") as ledger:
        assert ledger.lease([447700900000], holder="checks", seconds=1.0) == [447700900000]
    postgres.execute(*CLEAN)
