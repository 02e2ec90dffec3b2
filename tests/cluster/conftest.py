from __future__ import annotations

import random
import secrets
import time
from dataclasses import dataclass, field

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
from validator.cluster.list_work import Known
from validator.cluster.parts import Part
from validator.cluster.preparing import ClusterList, Preparing, Spread
from validator.cluster.run import ClusterRun, marked
from validator.errors import innermost
from validator.ledger import open_ledger
from validator.reports import CallbackProgress

SMALL = Spread(group_bytes=1, partition_rows=200)


@pytest.fixture
def own_state(tmp_path, monkeypatch):
    """A state folder of its own, where the locks of keys lie."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def write_parts(tmp_path):
    """Write a list in parts: GB mobile numbers, some of them twice, and some cells that are none."""

    def write(rows, parts, seed=1):
        rng, paths = random.Random(seed), []
        for part in range(parts):
            cells = [f"07400{100_000 + rng.randrange(rows)}" for _ in range(rows // parts)]
            cells[::50] = ["nobody"] * len(cells[::50])
            text = "".join(f"row {place},{cell}\n" for place, cell in enumerate(cells))
            paths.append(tmp_path / f"part-{part}.csv")
            paths[-1].write_text("name,phone\n" + text, encoding="utf-8")
        return paths

    return write


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
        known = Known(self.ledger, int(time.time() * 1000))

        def show(state):
            self.states.append(state)
            on_state(state)

        progress = CallbackProgress(show)
        with marked(self.folder) as mark, open_ledger(self.ledger, holder="pytest") as ledger:
            parts = tuple(Part(path, self.folder / f"{path.stem}.checked.csv", mark) for path in paths)
            list_ = ClusterList(parts, self.folder, settings)
            preparing = Preparing(list_, self.machines, known, progress, SMALL)
            run = ClusterRun(list_, self.machines, known, preparing, RunSettings())
            asking = asking or AskSettings()
            crew = CrewSettings(asking, known, settings.max_age, "pytest", secrets.token_hex(4))
            return run.run(lambda work: self._ask(crew, work, progress), ledger)

    def _ask(self, crew, work, progress):
        async def ask():
            self.stop = Stop()
            return await ask_all_work(self.keys, crew, self.machines, work, stop=self.stop, progress=progress)

        try:
            return anyio.run(ask)
        except BaseExceptionGroup as group:
            raise innermost(group) from group


@pytest.fixture
def cluster(database, tmp_path, own_state):  # noqa: F811 - the fixture
    """Two keys, each with a session of its own, at a sandbox."""
    with served(more_sessions=3, limit_per_min=3_000, limiter="gcra_smooth") as (app, url):
        keys = tuple(
            make_key(f"sk_test_{name}", f"sess_more_{place}", name=name, base_url=url, allow_new_host=True)
            for place, name in enumerate("ab", start=1)
        )
        yield Cluster(database, keys, tmp_path / "out", app)
