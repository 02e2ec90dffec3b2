"""Commit groups until no file may grow any more; print each durable number, then the error."""

import itertools
import resource
import sys
from pathlib import Path

from validator.errors import LedgerError
from validator.ledger import open_ledger
from validator.model import Number, Outcome, Verdict

LIMIT_BYTES = 300_000

ledger = open_ledger(Path(sys.argv[1]), holder="fill_the_disk.py")
resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, LIMIT_BYTES))
try:
    for number in itertools.count(int(sys.argv[2])):
        ledger.record(
            Outcome(number=Number(number), verdict=Verdict.REGISTERED, checked_at_ms=1_760_000_000_000)
        )
        ledger.commit()
        sys.stdout.write(f"{number}\n")
except LedgerError as error:
    sys.stdout.write(f"{error}\n")
try:
    ledger.commit()
except LedgerError as error:
    sys.stdout.write(f"{error}\n")
ledger.close()
