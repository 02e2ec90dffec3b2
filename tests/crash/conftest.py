"""Real processes over real sockets: `validator check` against `validator sandbox`, which counts its calls.

How much is done is decided outside, so that the suite stays quick and the long form is one line away:

    CRASH_LONG=1 pytest tests/crash -s
"""

import os
import random
import sys
from contextlib import ExitStack

import pytest

from tests.support.crash.check_process import Checks
from tests.support.crash.lives import LATENCY_MS, OLD, Killer
from tests.support.crash.recipient_list import RecipientList
from tests.support.crash.witness import serve

IS_LONG = bool(os.environ.get("CRASH_LONG"))
SEED = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(10**6))


@pytest.fixture(scope="session")
def amount():
    """Choose between the two forms: what the suite does, and what `make crash` does."""
    return lambda short, long: long if IS_LONG else short


@pytest.fixture(scope="session")
def recipients(amount):
    """A list with 30 % duplicates and 5 % garbage."""
    return RecipientList.draw(amount(1_200, 20_000))


@pytest.fixture(scope="session")
def tell():
    """Print a line: a figure of a full run, or what a failed one needs to be repeated."""
    return lambda line: sys.stdout.write(f"{line}\n")


@pytest.fixture(scope="module")
def chance(tell):
    tell(f"CRASH_SEED={SEED} draws the moments of the kills")
    return random.Random(SEED)


@pytest.fixture(scope="module")
def set_up(tmp_path_factory, recipients):
    """Make a folder with the list and a user's state, and a sandbox for it; return `Checks` and `Witness`."""
    with ExitStack() as running:

        def make(name, *sandbox_options, listed=recipients):
            folder = tmp_path_factory.mktemp(name)
            listed.write(folder / "list.csv")
            witness = running.enter_context(serve(folder / "requests.jsonl", *sandbox_options))
            return Checks(folder, witness.url), witness

        yield make


@pytest.fixture(scope="session")
def witness(tmp_path_factory):
    """A sandbox for all lives: their runs come one after the other."""
    with serve(tmp_path_factory.mktemp("witness") / "requests.jsonl", "--latency-ms", str(LATENCY_MS)) as one:
        yield one


@pytest.fixture(scope="module")
def set_out(tmp_path_factory, witness):
    """Make a folder with a list, old outputs and an empty state; return what runs the command there."""

    def make(name, listed):
        folder = tmp_path_factory.mktemp(name)
        listed.write(folder / "list.csv")
        checks = Checks(folder, witness.url)
        for path in (checks.output, checks.sendable):
            path.write_bytes(OLD)
        return Killer(checks, witness)

    return make
