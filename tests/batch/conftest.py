import polars as pl
import pytest

from tests.support.batch.laboratory import Laboratory, on_virtual_time
from validator.batch.planning.reading_known import read_known
from validator.batch.recipients.recipients import Reading, recipients_of
from validator.ledger import open_ledger
from validator.model import Number, Outcome, Reason, Verdict
from validator.phone import Accept
from validator.settings import MaxAge
from validator.tables import open_table

NOW_MS = 1_800_000_000_000

REASONS = {
    Verdict.NOT_REGISTERED: Reason.NOT_ON_WHATSAPP,
    Verdict.INVALID: Reason.REJECTED_BY_PROVIDER,
    Verdict.UNKNOWN: Reason.TIMEOUT,
}


@pytest.fixture
def now_ms():
    return NOW_MS


@pytest.fixture
def make_lab(tmp_path):
    """Build a sandbox with a ledger; faults first, then settings of the sandbox."""
    return lambda *faults, **settings: Laboratory.build(tmp_path, *faults, **settings)


@pytest.fixture
def virtual():
    """Run an async scenario on virtual time."""
    return on_virtual_time


@pytest.fixture
def make_outcome():
    def make(number=447_700_900_020, verdict=Verdict.REGISTERED, **fields):
        chosen = {"reason": REASONS.get(verdict), "checked_at_ms": NOW_MS} | fields
        return Outcome(number=Number(number), verdict=verdict, **chosen)

    return make


@pytest.fixture
def ledger(tmp_path):
    with open_ledger(tmp_path / "state" / "ledger.sqlite", holder="pytest") as opened:
        yield opened


@pytest.fixture
def listed(tmp_path):
    """Write a list and open it."""

    def write(text, name="leads.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return open_table(path)

    return write


@pytest.fixture
def recipients_in():
    """The numbers of some cells, all in international form, as a list's rows."""

    def read(cells, **reading):
        options = {"accept": Accept.POSSIBLE} | reading
        return recipients_of(pl.DataFrame({"phone": cells}), Reading(column="phone", **options))

    return read


@pytest.fixture
def knows(ledger, now_ms):
    """Put outcomes into a ledger and return what it then knows of some numbers."""

    def know(outcomes, numbers=None, max_age=None):
        for outcome in outcomes:
            ledger.record(outcome)
        ledger.commit()
        wanted = [int(outcome.number) for outcome in outcomes] if numbers is None else numbers
        series = pl.Series("number", wanted, dtype=pl.UInt64).unique().sort()
        return read_known(ledger, series, max_age or MaxAge(), now_ms)

    return know
