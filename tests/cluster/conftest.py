from __future__ import annotations

import random
import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
import pytest

from tests.support.cluster.here import HereMachines
from tests.support.ledger.databases import database, databases, postgres  # noqa: F401 - fixtures
from tests.support.sandboxes import served
from validator.batch.ask_settings import AskSettings
from validator.batch.keys import make_key
from validator.batch.recipients.job import ListSettings
from validator.batch.run import RunSettings
from validator.batch.watching.stop import Stop
from validator.cluster.asking import CrewSettings, ask_all_work
from validator.cluster.list_work import LedgerView
from validator.cluster.parts import Part
from validator.cluster.preparing import ClusterList, Preparing, Spread
from validator.cluster.run import ClusterRun, marked
from validator.errors import innermost
from validator.ledger import open_ledger
from validator.model import ObjectUrl
from validator.reports import CallbackProgress

SMALL = Spread(group_bytes=1, partition_rows=200)


def write_into(folder, rows, parts):
    """Write a list in parts: GB mobile numbers, some of them twice, and some cells that are none."""
    rng, paths = random.Random(1), []
    for part in range(parts):
        cells = [f"07400{100_000 + rng.randrange(rows)}" for _ in range(rows // parts)]
        cells[::50] = ["nobody"] * len(cells[::50])
        text = "".join(f"row {place},{cell}\n" for place, cell in enumerate(cells))
        paths.append(folder / f"part-{part}.csv")
        paths[-1].write_text("name,phone\n" + text, encoding="utf-8")
    return paths


@pytest.fixture
def write_parts(tmp_path):
    return partial(write_into, tmp_path)


@dataclass
class Cluster:
    """Runs over parts on machines in this process."""

    ledger: object
    keys: tuple
    folder: object
    app: object
    states: list = field(default_factory=list)
    machines: HereMachines = field(default_factory=HereMachines)
    stop: object = None

    def check(self, paths, *, settings=None, asking=None, on_state=lambda _: None):
        """Do a run; return its summary."""
        settings = settings or ListSettings(region="GB")
        known = LedgerView(self.ledger, int(time.time() * 1000))

        def show(state):
            self.states.append(state)
            on_state(state)

        progress = CallbackProgress(show)
        with marked(self.folder) as mark, open_ledger(self.ledger, holder="pytest") as ledger:
            parts = tuple(Part(path, self._target(path), mark) for path in paths)
            list_ = ClusterList(parts, self.folder, settings)
            preparing = Preparing(list_, self.machines, known, progress, SMALL)
            run = ClusterRun(list_, self.machines, known, preparing, RunSettings())
            asking = asking or AskSettings()
            crew = CrewSettings(asking, known, settings.max_age, "pytest", secrets.token_hex(4))
            return run.run(lambda work: self._ask(crew, work, progress), ledger)

    def _target(self, source):
        name = f"{Path(str(source)).stem}.checked.csv"
        if isinstance(self.folder, ObjectUrl):
            return ObjectUrl(f"{self.folder.text}/{name}")
        return self.folder / name

    def _ask(self, crew, work, progress):
        async def ask():
            self.stop = Stop()
            return await ask_all_work(self.keys, crew, self.machines, work, stop=self.stop, progress=progress)

        try:
            return anyio.run(ask)
        except BaseExceptionGroup as group:
            raise innermost(group) from group


@contextmanager
def clustered(ledger, folder):
    """Give runs with two keys, each with a session of its own, at a sandbox, and a state folder of theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        yield from _clustered(ledger, folder)


def _clustered(ledger, folder):
    with served(more_sessions=3, limit_per_min=3_000, limiter="gcra_smooth") as (app, url):
        keys = tuple(
            make_key(f"sk_test_{name}", f"sess_more_{place}", name=name, base_url=url, allow_new_host=True)
            for place, name in enumerate("ab", start=1)
        )
        yield Cluster(ledger, keys, folder / "out", app)


@pytest.fixture
def cluster(database, tmp_path):  # noqa: F811 - the fixture
    with clustered(database, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def finished(databases, tmp_path_factory):  # noqa: F811 - the fixture
    """A run that has ended: where, over which files, and its summary."""
    folder, ledger = tmp_path_factory.mktemp("finished"), databases.lend()
    with clustered(ledger, folder) as made:
        paths = write_into(folder, 600, 3)
        yield made, paths, made.check(paths)
    databases.take_back(ledger)
