import pytest


@pytest.fixture
def location(database):
    """The ledger is a database."""
    return database
