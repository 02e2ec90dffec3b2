import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.ledger.session_refs import SESS_A
from validator.ledger import open_ledger, read
from validator.model import Number, Outcome, Reason, Verdict

PROGRAMS = Path(__file__).parent / "sqlite" / "programs"

NOW_MS = 1_760_000_000_000
FIRST = 447_700_900_000

REASONS = {
    Verdict.NOT_REGISTERED: Reason.NOT_ON_WHATSAPP,
    Verdict.INVALID: Reason.REJECTED_BY_PROVIDER,
    Verdict.UNKNOWN: Reason.TIMEOUT,
    Verdict.SUPPRESSED: Reason.SUPPRESSION_LIST,
}


@pytest.fixture
def make_outcome():
    """Outcomes of synthetic numbers, told apart by their place after +44 7700 900000."""

    def make(place=0, verdict=Verdict.REGISTERED, **fields):
        chosen = {"reason": REASONS.get(verdict), "checked_at_ms": NOW_MS, **SESS_A._asdict()} | fields
        return Outcome(number=Number(FIRST + place), verdict=verdict, **chosen)

    return make


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "ledger.sqlite"


@pytest.fixture(params=["sqlite", "postgres"])
def location(request):
    """Where a ledger is that holds nothing, one of each kind."""
    return request.getfixturevalue({"sqlite": "path", "postgres": "database"}[request.param])


@pytest.fixture
def ledger(location):
    with open_ledger(location, holder="pytest") as opened:
        yield opened


@pytest.fixture
def filled(location, make_outcome):
    """Four thousand numbers, every third of a range, of all verdicts; a quarter has failed since."""
    verdicts = [Verdict.REGISTERED, Verdict.NOT_REGISTERED, Verdict.INVALID, Verdict.UNKNOWN]
    with open_ledger(location, holder="pytest") as ledger:
        for place in range(0, 12_000, 3):
            ledger.record(make_outcome(place, verdicts[place % 4], checked_at_ms=NOW_MS - place))
            if place % 12 < 3:
                ledger.record(make_outcome(place, Verdict.UNKNOWN, checked_at_ms=NOW_MS))
    with read(location) as reader:
        yield reader


@pytest.fixture
def run_program():
    """Start a Python program of this folder as a process of its own."""
    started = []

    def run(name, *arguments, **options):
        command = [sys.executable, str(PROGRAMS / name), *map(str, arguments)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=os.environ.copy(), **options
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
