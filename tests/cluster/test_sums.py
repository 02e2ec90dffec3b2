"""What parts found adds up to what one reading of the whole list finds."""

import pytest

from tests.support.cluster.here import HereMachines
from validator.batch.planning.survey import survey
from validator.batch.recipients.job import Job, ListSettings
from validator.batch.recipients.opening import open_job
from validator.cluster.list_work import LedgerView, measure, numbers_of
from validator.cluster.parts import Part
from validator.cluster.preparing import ClusterList, Preparing, Spread
from validator.errors import UsageError
from validator.ledger import read
from validator.model import Number
from validator.reports import NoProgress

pytestmark = pytest.mark.slow

NOW_MS = 1_800_000_000_000


@pytest.fixture
def prepared(tmp_path, write_parts):
    """The list as several machines prepare it, and as one does."""

    def prepare(rows, parts, spread):
        paths, settings = write_parts(rows, parts), ListSettings(region="GB")
        ledger = tmp_path / "none" / "ledger.sqlite"
        list_ = ClusterList(tuple(Part(path, path) for path in paths), tmp_path, settings)
        preparing = Preparing(list_, HereMachines(), LedgerView(ledger, NOW_MS), NoProgress(), spread)
        job = Job(**settings.values(), input=paths[0], more=tuple(paths[1:]), output=tmp_path / "out.csv")
        with read(ledger) as empty:
            alone = survey(open_job(job), empty, now_ms=NOW_MS, progress=NoProgress())
        return preparing.prepare(), alone.plan

    return prepare


@pytest.mark.parametrize(
    "spread", [Spread(group_bytes=1, partition_rows=40), Spread(partition_rows=160), Spread()]
)
def test_the_plan_of_several_machines_is_that_of_one(prepared, spread):
    together, alone = prepared(300, 4, spread)

    for name in ("rows", "distinct", "duplicates", "known", "offline", "countries", "line_types"):
        assert getattr(together.plan, name) == getattr(alone, name), name
    assert (together.plan.readings, together.plan.examples) == (alone.readings, alone.examples)
    assert together.plan.country_line_types == alone.country_line_types


def test_no_task_collects_the_numbers_of_more_rows_than_a_partition_has(write_parts, tmp_path):
    """A small file can have many rows: 25 million in 128 MB of Parquet."""
    parts = tuple(Part(path, path) for path in write_parts(300, 6))
    list_, machines = ClusterList(parts, tmp_path, ListSettings(region="GB")), HereMachines()
    known = LedgerView(tmp_path / "none" / "ledger.sqlite", NOW_MS)

    Preparing(list_, machines, known, NoProgress(), Spread(partition_rows=100)).prepare()

    assert [len(given[0]) for work, given in machines.work if work is measure] == [6]
    assert [len(given[0]) for work, given in machines.work if work is numbers_of] == [2, 2, 2]


def test_the_numbers_of_all_partitions_are_those_of_the_list(prepared):
    together, alone = prepared(300, 4, Spread(group_bytes=1, partition_rows=40))

    numbers = together.work.take(1_000)

    assert together.work.total == len(alone.todo)
    assert sorted(numbers) == alone.todo.sort().to_list()


def test_a_column_is_meant_as_the_whole_list_shows(tmp_path):
    """Alone, the second part could be read in two ways; with the first, it cannot."""
    texts = ["".join(f"+4915112345{n:03}\n" for n in range(60)), "4915112345678\n"]
    for place, text in enumerate(texts):
        (tmp_path / f"{place}.csv").write_text("phone\n" + text, encoding="utf-8")
    settings = ListSettings(region="DE")
    parts = tuple(Part(tmp_path / f"{place}.csv", tmp_path) for place in range(2))
    known = LedgerView(tmp_path / "none" / "ledger.sqlite", NOW_MS)

    list_, spread = ClusterList(parts, tmp_path, settings), Spread(group_bytes=1, partition_rows=10)
    prepared = Preparing(list_, HereMachines(), known, NoProgress(), spread).prepare()
    job = Job(**settings.values(), input=parts[0].source, more=(parts[1].source,), output=tmp_path / "o.csv")
    with read(known.ledger) as empty:
        alone = survey(open_job(job), empty, now_ms=NOW_MS, progress=NoProgress())

    assert sorted(prepared.work.take(100)) == alone.plan.todo.sort().to_list()


def test_the_plan_knows_which_canaries_are_suppressed(tmp_path):
    for name in ("list.csv", "opted-out.csv"):
        (tmp_path / name).write_text("phone\n+447400123401\n", encoding="utf-8")
    parts = (Part(tmp_path / "list.csv", tmp_path),)
    list_ = ClusterList(parts, tmp_path, ListSettings(), suppress=(tmp_path / "opted-out.csv",))
    known = LedgerView(tmp_path / "none" / "ledger.sqlite", NOW_MS)

    plan = Preparing(list_, HereMachines(), known, NoProgress(), Spread()).prepare().plan

    assert plan.allowed_canaries([Number(447_400_123_401), Number(447_400_123_402)]) == [447_400_123_402]
    with pytest.raises(UsageError, match="suppression list"):
        plan.require_allowed([Number(447_400_123_401)])
