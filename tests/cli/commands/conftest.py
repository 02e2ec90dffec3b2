"""A ledger with two answers, and a terminal to be asked on."""

import os
import time

import pytest

from tests.support.cli.constants import ANN, BOB
from validator.ledger import open_ledger, read
from validator.model import Number, Outcome, Verdict

DAY_MS = 86_400_000


@pytest.fixture
def known(ledger_path):
    """Ann, found out yesterday, and Bob, two months ago."""
    now_ms = int(time.time() * 1000)
    with open_ledger(ledger_path, holder="pytest") as ledger:
        for number, age_days in ((ANN, 1), (BOB, 60)):
            ledger.record(
                Outcome(
                    number=Number.parse(number),
                    verdict=Verdict.REGISTERED,
                    checked_at_ms=now_ms - age_days * DAY_MS,
                    gateway="sendapi",
                    session="sess_a",
                )
            )
    return ledger_path


@pytest.fixture
def left(known):
    """The numbers that the ledger still knows."""

    def numbers():
        with read(known) as reader:
            return [f"+{row.number}" for rows in reader.known() for row in rows]

    return numbers


@pytest.fixture
def terminal(environment):
    """Standard input as a terminal on which somebody types."""
    ours, theirs = os.openpty()
    with os.fdopen(theirs, encoding="utf-8") as stdin:
        environment.setattr("sys.stdin", stdin)
        yield lambda text: os.write(ours, text.encode())
    os.close(ours)
