"""Commit groups of outcomes until killed, and print the last number of each once it is durable."""

import itertools
import sys
from pathlib import Path

from validator.ledger import open_ledger
from validator.model import Number, Outcome, Verdict

GROUP = 5

ledger = open_ledger(Path(sys.argv[1]), holder="write_for_ever.py")
for number in itertools.count(int(sys.argv[2])):
    ledger.record(Outcome(number=Number(number), verdict=Verdict.REGISTERED, checked_at_ms=1_760_000_000_000))
    if number % GROUP == 0:
        ledger.commit()
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
