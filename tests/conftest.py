"""What the whole suite shares: fixtures for sockets, and how Hypothesis runs.

No property here is about the wall clock, and a loaded machine must not make one fail: no deadline for an
example, and no complaint that drawing them took long. In CI the examples are drawn from the test itself, the
same at each run, so that a red build is about the change it judges. Elsewhere they are drawn anew, which is
where new failures are found, and a failure prints the line that repeats it.
"""

import gc
import logging
import os
import time
from signal import SIG_DFL, SIG_IGN, SIGHUP, SIGINT, default_int_handler, getsignal, signal

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.http.transports", "tests.support.ledger.databases"]

settings.register_profile(
    "suite",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize="CI" in os.environ,
    database=None if "CI" in os.environ else settings().database,
)
settings.load_profile("suite")


# Modules and tests stay to the end. To look among them for what can be freed would take half of the time of
# the collection, and most of that of a test that collects garbage.
gc.disable()


def pytest_collection_finish(session):
    gc.freeze()
    gc.enable()


def pytest_configure(config):
    """Measure the coverage of what runs in the tests' own processes.

    The commands that they start would take three times as long, and those that are killed hand nothing in.
    """
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        os.environ.pop("COVERAGE_PROCESS_CONFIG", None)


def pytest_collection_modifyitems(items):
    """A test that has a provider makes whole runs, which take over a quarter of a second."""
    for item in items:
        if "provider" in getattr(item, "fixturenames", ()):
            item.add_marker("slow")


@pytest.fixture(autouse=True, scope="session")
def _heard_signals():
    """Let signals reach what the tests start: in the background of a script SIGINT is ignored."""
    for signum, handler in {SIGINT: default_int_handler, SIGHUP: SIG_DFL}.items():
        if getsignal(signum) is SIG_IGN:
            signal(signum, handler)


@pytest.fixture(autouse=True)
def logging_as_before():
    """The commands set up logging for their process, which here is that of all tests."""
    root, own = logging.getLogger(), logging.getLogger("validator")
    before = root.handlers[:], root.level, own.level
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    own.setLevel(before[2])


@pytest.fixture
def local_zone(monkeypatch):
    """Set the zone of the system."""

    def name(zone):
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield name
    monkeypatch.undo()
    time.tzset()
