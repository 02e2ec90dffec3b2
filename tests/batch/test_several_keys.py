"""Lanes of several keys draw from one queue, each within its key's limit."""

import random
from contextlib import asynccontextmanager

import anyio
import httpx
import polars as pl
import pytest
from msgspec.structs import replace

from tests.support.batch.laboratory import FIRST, START_S, on_virtual_time
from validator.batch.ask_settings import AskSettings, KeySettings, require_distinct
from validator.batch.asker import Asker
from validator.batch.asking.counters import RunCounters
from validator.batch.planning.plan import make_plan
from validator.batch.planning.reading_known import read_known
from validator.batch.recipients.recipients import Reading, recipients_of
from validator.batch.watching.stop import Stop
from validator.errors import UsageError
from validator.gateways.gateway import GatewayOptions
from validator.gateways.sendapi import SendApi
from validator.http.api_key import ApiKey
from validator.ledger import open_ledger, read
from validator.model import Number
from validator.phone import Accept
from validator.reports import NoProgress
from validator.sandbox import SandboxConfig, Session, create_app, parse_fault
from validator.sendapi import AsyncSendAPI
from validator.settings import MaxAge

NAMES = ("north", "south")
# A number of the sandbox's that always is.
REGISTERED = Number(447700900001)


class Shown(NoProgress):
    """Keeps the states it is given."""

    def __init__(self):
        self.states = []

    def update(self, state):
        self.states.append(state)


@pytest.fixture
def apps():
    """A sandbox a key, each with a session and a limit of its own; faults of the second."""

    def build(*faults, plan="growth", **settings):
        wall = lambda: START_S + anyio.current_time()  # noqa: E731 - a clock
        return {
            name: create_app(
                SandboxConfig(
                    plan=plan,
                    sessions=(Session(id=f"sess_{name}", name=name),),
                    faults=tuple(map(parse_fault, faults)) if name == "south" else (),
                    **settings,
                ),
                wall=wall,
            )
            for name in NAMES
        }

    return build


@pytest.fixture
def ask(tmp_path):
    """Ask about some numbers with a key for each sandbox; return how it went, and what was shown."""

    def run(apps, count, **settings):
        shown, counters = Shown(), RunCounters()

        @asynccontextmanager
        async def open_gateway(_, options):
            name = options.base_url.split("//")[1].split(".")[0]
            client = AsyncSendAPI(
                options.key,
                base_url="http://localhost/v1",
                transport=httpx.ASGITransport(apps[name]),
                max_connections=options.max_connections,
                wall_clock=lambda: START_S + anyio.current_time(),
            )
            async with client:
                yield SendApi(client, f"{name}.example")

        async def main():
            keys = [
                KeySettings(
                    name=name,
                    options=GatewayOptions(
                        key=ApiKey(f"sk_test_{name}_1"), base_url=f"https://{name}.example"
                    ),
                    sessions=(f"sess_{name}",),
                )
                for name in apps
            ]
            cells = pl.DataFrame({"phone": [f"+{FIRST + place}" for place in range(count)]})
            recipients = recipients_of(cells, Reading(column="phone", accept=Accept.POSSIBLE))
            with open_ledger(tmp_path / "ledger.sqlite", holder="pytest") as ledger:
                known = read_known(ledger, recipients["number"].sort(), MaxAge(), START_S * 1000)
                asker = Asker(
                    keys,
                    AskSettings(**settings),
                    ledger=ledger,
                    counters=counters,
                    progress=shown,
                    stop=Stop(),
                    open_gateway=open_gateway,
                    now_s=lambda: START_S + anyio.current_time(),
                    rng=random.Random(1),
                )
                plan = make_plan(recipients, known)
                return await asker.ask(plan, lambda asked: asked.among(asked.numbers.clear()))

        return on_virtual_time(main), counters, shown.states

    return run


def decided(tmp_path):
    with read(tmp_path / "ledger.sqlite") as ledger:
        rows = [row for chunk in ledger.known() for row in chunk]
    return {row[0] for row in rows if row[1] in {"registered", "not_registered"}}


@pytest.mark.slow
def test_two_keys_at_300_a_minute_take_half_the_time_of_one_and_are_never_refused(ask, apps, tmp_path):
    both = apps()

    asked, counters, states = ask(both, 1_200, uses_canaries=False)

    assert asked.ending is None
    assert asked.duration_s <= 122
    assert (counters.asked, counters.calls.refusals) == (1_200, 0)
    calls = [
        number for app in both.values() for number, count in app.log.numbers.items() for _ in range(count)
    ]
    assert len(calls) == len(set(calls)) == 1_200
    assert len(decided(tmp_path)) == 1_200
    assert [(key.name, key.host, key.budget.limit_per_min) for key in asked.keys] == [
        ("north", "north.example", 300),
        ("south", "south.example", 300),
    ]
    assert {state.host for state in states} == {"north.example, south.example"}
    assert [one.key for one in states[-1].keys] == ["north", "south"]


def test_all_sessions_are_vouched_for_at_once_in_the_end(ask, apps):
    both = apps(latency_ms=2_000, registered_share=0.0)

    asked, counters, _ = ask(both, 20, canaries=[REGISTERED])

    last = [app.log.entries[-1] for app in both.values()]
    assert (asked.ending, counters.verdicts["not_registered"]) == (None, 20)
    assert {entry.number for entry in last} == {REGISTERED.e164}
    assert abs(last[0].time_s - last[1].time_s) < 1


def test_each_key_has_requests_of_its_own_in_flight(ask, apps):
    both = apps(latency_ms=2_000)

    asked, counters, _ = ask(both, 20, uses_canaries=False, concurrency=1)

    assert (asked.ending, counters.asked) == (None, 20)
    assert asked.duration_s < 25
    assert all(len(app.log.numbers) >= 8 for app in both.values())


@pytest.mark.slow
def test_a_key_that_is_revoked_in_mid_run_leaves_the_other_to_finish(ask, apps, tmp_path):
    both = apps("401@200", latency_ms=50)

    asked, counters, _ = ask(both, 900, uses_canaries=False)

    assert asked.ending is None
    assert len(decided(tmp_path)) == counters.asked == 900
    assert any("does not accept the API key" in warning for warning in asked.warnings)
    assert len(both["north"].log.numbers) > len(both["south"].log.numbers) > 100


def test_a_session_belongs_to_one_key():
    keys = [
        KeySettings(name=name, options=GatewayOptions(key=ApiKey("sk_test_1234")), sessions=("sess_1",))
        for name in NAMES
    ]
    with pytest.raises(UsageError, match="sess_1 is named by key 'north' and key 'south'"):
        require_distinct(keys)


def test_a_key_is_that_of_one_name():
    keys = [
        KeySettings(name=name, options=GatewayOptions(key=ApiKey("sk_test_1234")), sessions=(f"sess_{name}",))
        for name in NAMES
    ]
    with pytest.raises(UsageError, match="key 'north' and key 'south' have the same key; name the sessions"):
        require_distinct(keys)
    with pytest.raises(UsageError, match="have the same key"):
        require_distinct([replace(key, name="") for key in keys])


def test_a_key_needs_a_session():
    with pytest.raises(UsageError, match="has no session"):
        require_distinct([KeySettings(options=GatewayOptions(key=ApiKey("sk_test_1234")), sessions=())])
