import pytest


@pytest.fixture
def location(path):
    """The ledger is a file."""
    return path
