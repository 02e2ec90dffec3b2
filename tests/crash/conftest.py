"""Real processes over real sockets: `validator check` against `validator sandbox`, which counts its calls.

How large the runs are is decided outside, so that the suite stays quick and a full run is one line away:

    CRASH_ROWS=20000 CRASH_KILLS=10 pytest tests/crash -s
"""

import os
import random
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from check_process import Checks
from recipient_list import RecipientList
from witness import serve

ROWS = int(os.environ.get("CRASH_ROWS", "1200"))
KILLS = int(os.environ.get("CRASH_KILLS", "5"))
SEED = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(10**6))


@pytest.fixture(scope="session")
def recipients():
    """A list with 30 % duplicates and 5 % garbage."""
    return RecipientList.draw(ROWS)


@pytest.fixture(scope="session")
def kills():
    return KILLS


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
