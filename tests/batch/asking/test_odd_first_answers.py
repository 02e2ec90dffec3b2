"""Odd answers to what a run asks before its numbers: looks at sessions, pages of contacts."""

import random
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle

import anyio
import httpx
import polars as pl
import pytest

from tests.support.batch.laboratory import KEY, SESSION, START_S, Laboratory, numbers_of
from tests.support.batch.odd_answers import BODIES, AnswersOddly
from tests.support.forms import amount, spread
from validator.batch.ask_settings import AskSettings, KeySettings
from validator.batch.asker import Asker
from validator.batch.asking.counters import RunCounters
from validator.batch.planning.plan import make_plan
from validator.batch.planning.reading_known import read_known
from validator.batch.recipients.recipients import Reading, recipients_of
from validator.batch.watching.stop import Stop
from validator.errors import Refused, UsageError, innermost
from validator.gateways.gateway import GatewayOptions
from validator.gateways.sendapi import SendApi
from validator.http.api_key import ApiKey
from validator.ledger import open_ledger
from validator.phone import Accept
from validator.reports import NoProgress
from validator.settings import MaxAge, Rate, RateMode

LOOK, CONTACTS = f"/sessions/{SESSION}", "/contacts"
NUMBERS = 20
# The sandbox's contacts, 250 of them, come on three pages.
OWN_WORDS = {
    401: {"type": "authentication_error", "code": 4010, "message": "the key store restarts"},
    402: {"type": "billing_error", "code": "quota_exceeded", "message": "no quota"},
    403: {"type": "permission_error", "code": 4030, "message": "not now"},
    404: {"type": "not_found", "message": "no such thing"},
    409: {"type": "session_not_connected", "message": "a moment"},
    422: {"type": "invalid_request", "code": 4000, "message": "what?"},
}


def deadline_in(seconds):
    return datetime.fromtimestamp(START_S + seconds, UTC)


def own(status):
    return httpx.Response(200, json={"error": OWN_WORDS[status]})


@dataclass
class Ran:
    """How a run went."""

    ending: object
    took_s: float
    known: dict
    requests: int


@pytest.fixture
def ask(tmp_path):
    """Ask the sandbox about 20 numbers by a whole run; some requests of a path are answered oddly."""

    def run(path, status, body, odd, **settings):
        lab = Laboratory.build(tmp_path, latency_ms=100, contacts=250, registered_share=1.0)
        lab.app = AnswersOddly(lab.app, status, body, odd, path)

        @asynccontextmanager
        async def open_gateway(_name, _options):
            async with lab.client() as client:
                yield SendApi(client, "localhost")

        async def main():
            with open_ledger(lab.ledger_path, holder="pytest") as ledger:
                asker = Asker(
                    [
                        KeySettings(
                            options=GatewayOptions(key=ApiKey(KEY)),
                            sessions=(SESSION,),
                            rate=Rate(RateMode.NONE),
                        )
                    ],
                    AskSettings(uses_canaries=False, **settings),
                    ledger=ledger,
                    counters=RunCounters(),
                    progress=NoProgress(),
                    stop=Stop(),
                    open_gateway=open_gateway,
                    now_s=lambda: START_S + anyio.current_time(),
                    rng=random.Random(1),
                )
                cells = pl.DataFrame({"phone": [f"+{number}" for number in numbers_of(NUMBERS)]})
                recipients = recipients_of(cells, Reading(column="phone", accept=Accept.POSSIBLE))
                known = read_known(ledger, recipients["number"].sort(), MaxAge(), START_S * 1000)
                plan = make_plan(recipients, known)
                try:
                    ending = (await asker.ask(plan, lambda plan: plan.among(plan.numbers.clear()))).ending
                except BaseExceptionGroup as group:
                    ending = innermost(group)
                return ending, anyio.current_time()

        ending, took_s = lab.run(main)
        return Ran(ending, took_s, lab.verdicts(), lab.app.log.requests)

    return run


ODD = [
    *zip((302, 304, 307, 401, 404, 407, 451, 503), cycle(BODIES.values()), strict=False),
    *((status, own(status)) for status in OWN_WORDS),
]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "at"), [(LOOK, 1), (CONTACTS, 1), (CONTACTS, 2), (CONTACTS, 3)])
def test_one_odd_answer_ends_no_run_and_costs_no_contact(ask, tmp_path, path, at):
    usual = ask(path, 200, BODIES["empty"], lambda *_: False, contacts=True)
    for status, body in ODD:
        (tmp_path / "ledger.sqlite").unlink()
        ran = ask(path, status, body, lambda place, _: place == at, contacts=True)

        is_believed = (path, status) == (LOOK, 403)  # a key may not be allowed to look
        assert (ran.ending, ran.known, ran.requests) == (None, usual.known, usual.requests - is_believed)
        assert is_believed or ran.took_s > usual.took_s + 1, status


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lasts_s", "path", "status"),
    spread([7, 11], [LOOK, CONTACTS], [302, 307, 401, 403, 404, 451, 502], step=2),
)
def test_some_seconds_of_them_end_no_run(ask, path, status, lasts_s):
    ran = ask(path, status, BODIES["page"], lambda _, now: now < lasts_s, contacts=True)

    assert ran.ending is None
    assert {row[0] for row in ran.known.values()} == {"registered"}
    assert lasts_s < ran.took_s < lasts_s + 65


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "body"),
    amount([(401, "page"), (420, "empty")], [(401, "page"), (404, "json"), (420, "empty"), (502, "page")]),
)
def test_an_hour_of_what_is_not_the_providers_word_is_waited_out_at_the_first_look(ask, status, body):
    ran = ask(LOOK, status, BODIES[body], lambda _, now: now < 3_600)

    assert ran.ending is None
    assert len(ran.known) == NUMBERS
    assert ran.took_s < 3_600 + 90
    assert ran.requests < NUMBERS + 3


@pytest.mark.parametrize(
    ("bound", "why"), [("deadline", "the deadline was reached"), ("max_outage_s", "600 s")]
)
def test_the_bounds_hold_at_the_first_look(ask, bound, why):
    bounds = {"max_outage_s": 600.0} if bound == "max_outage_s" else {"deadline": deadline_in(600)}
    ran = ask(LOOK, 403, BODIES["page"], lambda *_: True, **bounds)

    assert why in str(ran.ending)
    assert (ran.ending.exit_code, ran.took_s) == (5, pytest.approx(600, abs=1))


@pytest.mark.parametrize(
    ("status", "body", "ending", "within_s"),
    [
        (401, own(401), Refused, 5),
        (402, own(402), Refused, 5),
        (404, own(404), Refused, 5),
        (302, BODIES["empty"], UsageError, 15),
    ],
)
def test_what_stays_ends_the_first_look_soon(ask, status, body, ending, within_s):
    ran = ask(LOOK, status, body, lambda *_: True)

    assert isinstance(ran.ending, ending)
    assert 2 <= ran.took_s <= within_s


@pytest.mark.parametrize(
    ("status", "body"),
    [(302, BODIES["page"]), (401, own(401)), (403, own(403)), (404, own(404)), (404, BODIES["page"])],
)
def test_contacts_that_cannot_be_had_cost_no_output(ask, caplog, status, body):
    ran = ask(CONTACTS, status, body, lambda place, _: place > 1, contacts=True)

    assert ran.ending is None
    assert {row[0] for row in ran.known.values()} == {"registered"}
    assert "not all contacts could be read" in caplog.text
    assert "The others are asked about" in caplog.text


def test_contacts_that_are_refused_for_too_long_end_the_run_in_order(ask):
    ran = ask(CONTACTS, 429, BODIES["empty"], lambda *_: True, contacts=True, max_outage_s=300.0)

    assert ran.ending.exit_code == 5
    assert "has refused one request for 3" in str(ran.ending)
