"""A database that a run cannot rely on is refused in one line."""

from contextlib import closing

import psycopg
import pytest

from validator.errors import LedgerError, UsageError
from validator.ledger import open_ledger, read
from validator.ledger.postgres.connection import connect
from validator.ledger.postgres.schema import MIGRATIONS, migrate
from validator.ledger.registry import require_postgres
from validator.ledger_url import LedgerUrl

NEW_FOR = {
    "role": "ALTER ROLE owner IN DATABASE {} SET {}",
    "reset": "ALTER ROLE owner IN DATABASE {} RESET ALL",
}


@pytest.fixture
def execute(location):
    """Change something in the ledger's database behind its back."""
    with closing(psycopg.connect(location.reveal(), autocommit=True)) as connection:
        yield connection.execute


def refusal(location, opened=lambda location: open_ledger(location, holder="pytest")):
    with pytest.raises((LedgerError, UsageError)) as refused:
        opened(location)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("synchronous_commit = off", "has synchronous_commit = off. Set it to on for the role"),
        ("default_transaction_read_only = on", "is read-only; name the server that writes with --ledger"),
    ],
)
def test_a_server_that_would_lose_commits_or_takes_none_is_refused(
    location, execute, postgres, setting, said
):
    name = postgres.name_of(location)
    execute(NEW_FOR["role"].format(name, setting))
    try:
        assert said in refusal(location)
    finally:
        postgres.execute(NEW_FOR["reset"].format(name))


def test_a_later_versions_ledger_is_refused_with_both_versions(location, execute):
    execute("UPDATE validator.ledger SET version = version + 1")
    try:
        for opened in (read, lambda location: open_ledger(location, holder="pytest")):
            said = refusal(location, opened)
            assert f"schema version {len(MIGRATIONS) + 1}" in said
            assert f"up to {len(MIGRATIONS)}" in said
    finally:
        execute("UPDATE validator.ledger SET version = version - 1")


@pytest.fixture
def bare(postgres):
    """A database with nothing in it."""
    postgres.execute("DROP DATABASE IF EXISTS bare", "CREATE DATABASE bare")
    return postgres.url("bare")


@pytest.mark.slow
def test_an_empty_database_reads_as_an_empty_ledger_and_is_made_into_one_by_a_writer(bare):
    with read(bare) as reader:
        assert (list(reader.known()), reader.numbers(), reader.runs(3)) == ([], 0, [])
    with open_ledger(bare, holder="pytest") as ledger:
        assert ledger.numbers() == 0


@pytest.mark.slow
def test_a_migration_that_fails_leaves_nothing(bare):
    with connect(bare) as connection:
        with pytest.raises(psycopg.Error):
            migrate(connection, bare, [*MIGRATIONS, ("CREATE TABLE half (n integer)", "SELECT 1 / 0")])
        migrate(connection, bare)
        migrate(connection, bare, [*MIGRATIONS, ("CREATE TABLE whole (n integer)",)])
        tables = {name for (name,) in connection.execute("SELECT tablename FROM pg_tables")}
    assert "half" not in tables
    assert "whole" in tables
    assert "written by a later validator" in refusal(bare)


@pytest.mark.slow
def test_another_programs_schema_and_another_encoding_are_refused(postgres, bare):
    postgres.execute("CREATE SCHEMA validator CREATE TABLE things (n integer)", database="bare")
    assert "belongs to another program" in refusal(bare)
    postgres.execute(
        "DROP DATABASE bare",
        "CREATE DATABASE bare ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'",
    )
    assert "create it with ENCODING 'UTF8'" in refusal(bare)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("nothere?{}", "database"),
        ("{}&sslmode=nonsense", "sslmode"),
        ("?{}&frob=1", "frob"),
        ("{}%zz", "URL"),
    ],
)
def test_a_url_that_leads_nowhere_is_named(postgres, query, said):
    given = query.format(f"host={postgres.folder}&user=owner&password=s3cret")
    url = LedgerUrl(f"postgresql:///{given if given.startswith(('nothere', '?')) else '?' + given}")

    found = refusal(url)

    assert said in found
    assert "s3cret" not in found


def test_facts_without_words_are_found(location, execute):
    execute("INSERT INTO validator.numbers (number, finding, checked_at_ms) VALUES (447700900000, 99, 1)")

    with read(location) as reader, pytest.raises(LedgerError, match="facts without words"):
        reader.require_sound()


def test_the_extra_that_is_there_is_not_asked_for():
    require_postgres()
