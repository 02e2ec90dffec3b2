"""The library against a sandbox on a loopback port, with a state folder of its own."""

from contextlib import ExitStack

import pytest

from tests.support.sandboxes import served
from validator import RunOptions
from validator.batch.keys import make_key
from validator.sandbox import DEFAULT_SESSIONS

KEY = "sk_test_0123456789abcdefghijklmn"
SESSION = DEFAULT_SESSIONS[0].id
LEADS = "name,phone\nAnn,+447400123456\nBob,+447400123457\nCy,+44 7400 123456\n"


@pytest.fixture
def sandbox():
    """Serve sandboxes until the test is over."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(served(**settings))


@pytest.fixture
def provider(sandbox):
    """One sandbox, and a key for it."""
    app, url = sandbox()
    return app, make_key(KEY, SESSION, base_url=url)


@pytest.fixture
def options(provider, tmp_path):
    """Options of a run with that key, and a ledger of its own."""
    _, key = provider
    return RunOptions(keys=[key], ledger=tmp_path / "ledger.sqlite")


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A state folder of its own: keys are locked there, and other tests use the same key."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a list."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    (work / "leads.csv").write_text(LEADS)
    return work
