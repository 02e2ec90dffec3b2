"""The page in this process: without a socket, with files in a folder of the test's own."""

from functools import partial

import pytest

from tests.support.web.opened import opened


@pytest.fixture
def anyio_backend():
    """The event loop that the page is served on."""
    return "asyncio"


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A state folder of its own: keys are locked there."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def page(tmp_path):
    """Open a page."""
    return partial(opened, tmp_path)
