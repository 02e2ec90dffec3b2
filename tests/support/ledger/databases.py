"""Fixtures: databases of a PostgreSQL that runs for the session, each with an empty ledger."""

from contextlib import closing

import psycopg
import pytest

from tests.support.ledger.postgres_server import TEMPLATE, running_server
from validator.ledger import open_ledger

TABLES = ("findings", "numbers", "unverified_negatives", "spending", "runs", "writers", "leases", "keys")
EMPTY = "; ".join(f"DELETE FROM validator.{table}" for table in TABLES)


CUT_ALL = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid != pg_backend_pid()
"""


def cut_all(url):
    """End all connections to a database, as a server does that is restarted."""
    with closing(psycopg.connect(url.reveal(), autocommit=True)) as connection:
        connection.execute(CUT_ALL)


class Databases:
    """Databases to lend: making one takes ten times as long as emptying it."""

    def __init__(self, server):
        self.server = server
        self._free = []

    def lend(self):
        return self._free.pop() if self._free else self.server.new_database()

    def take_back(self, url):
        with closing(psycopg.connect(url.reveal(), autocommit=True)) as connection:
            connection.execute(EMPTY)
        self._free.append(url)


@pytest.fixture(scope="session")
def postgres():
    """A server, which a test may use but not stop."""
    with running_server() as server:
        server.execute(f"CREATE DATABASE {TEMPLATE}")
        with open_ledger(server.url(TEMPLATE), holder="pytest"):
            pass
        yield server


@pytest.fixture(scope="session")
def databases(postgres):
    return Databases(postgres)


@pytest.fixture
def database(databases):
    """The URL of a database with an empty ledger."""
    url = databases.lend()
    yield url
    databases.take_back(url)
