"""Answers that nobody asked for, some milliseconds late, on kept connections: nobody is misjudged."""

import json
import os
import random
from collections import Counter

import anyio
import polars as pl
import pytest

from tests.support.hostile.misdeeds import KEY, Provider, honest
from tests.support.http.loopback import http, keepalive_transport, served
from validator.batch.ask_settings import AskSettings, KeySettings
from validator.batch.asking.checks import ask_all
from validator.batch.asking.counters import RunCounters
from validator.batch.asking.run_state import Bounds
from validator.batch.wiring import OpenKey, make_asking
from validator.gateways.gateway import GatewayOptions
from validator.gateways.sendapi import SendApi
from validator.http.api_key import ApiKey
from validator.ledger import open_ledger
from validator.model import Number, SessionRef
from validator.pacing import Canaries, NoBudget, SessionGuard
from validator.sendapi import AsyncSendAPI

pytestmark = pytest.mark.slow

# In the long form: `STRAY_NUMBERS=100000 pytest tests/hostile/test_stray_answers.py`.
COUNT = int(os.environ.get("STRAY_NUMBERS", "2000"))
FIRST = 447_700_000_000
# More would use up the budget of retries, and the rest would take its time.
STRAYING = 0.06
DELAYS_MS = (0, 1, 3, 10, 50)
CANARY = Number(FIRST - 2)


def is_registered(number):
    return int(number) % 2 == 0


def refused(status, **error):
    return http(json.dumps({"success": False, "error": error}).encode(), status=f"{status} No")


def answered(number, *, registered):
    return http(json.dumps({"phone": number, "is_whatsapp_user": registered}).encode())


STRAYS = {
    "invalid": lambda _: refused(422, type="invalid_phone", code=4001),
    "invalid with 400": lambda _: refused(400, type="invalid_phone", code=4001),
    "invalid with 200": lambda _: refused(200, type="invalid_phone", code=4001),
    "invalid in words": lambda _: refused(422, type="invalid_request_error", code="invalid_phone"),
    "the opposite": lambda number: answered(number, registered=not is_registered(number)),
    "the same": lambda number: http(honest(number)),
    "another's yes": lambda number: answered(f"+{int(number) + 1}", registered=True),
    "another's no": lambda number: answered(f"+{int(number) + 1}", registered=False),
    "nobody's no": lambda _: http(b'{"is_whatsapp_user": false}'),
    "an error": lambda _: refused(500, type="api_error"),
    "no content": lambda _: b"HTTP/1.1 204 No Content\r\n\r\n",
    "elsewhere": lambda _: b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
    "key refused": lambda _: refused(401, type="authentication_error", code=1002),
    "forbidden": lambda _: refused(403, type="permission_error", code=1003),
    "not found": lambda _: refused(404, type="not_found_error", code=4004),
    "session lost": lambda _: refused(409, type="session_error", code="session_not_ready"),
    "refused by rate": lambda _: refused(429, type="rate_limit_error"),
    "HTML": lambda _: http(b"<html>"),
    "nothing": lambda _: http(b""),
    "a line": lambda _: b"\r\n",
    "a byte": lambda _: b"x",
}


class Straying(Provider):
    """After a part of the answers sends something else on the same connection, some milliseconds later."""

    def __init__(self, seed):
        super().__init__()
        self.rng = random.Random(seed)
        self.strayed: Counter = Counter()
        self.misdeed = self.stray

    async def stray(self, stream, number, _echo):
        own = answered(number, registered=is_registered(number))
        if int(number) == CANARY or self.rng.random() > STRAYING:
            await stream.send(own)
            return
        kind, delay_ms = self.rng.choice(list(STRAYS)), self.rng.choice(DELAYS_MS)
        self.strayed.update((kind, delay_ms))
        if not delay_ms:
            await stream.send(own + STRAYS[kind](number))
            return
        await stream.send(own)
        await anyio.sleep(delay_ms / 1000)
        await stream.send(STRAYS[kind](number))


async def ask(provider, ledger_path, contexts):
    """Ask about the numbers; return why it ended, and the verdict of each.

    Args:
        provider: what answers.
        ledger_path: where the ledger goes.
        contexts: of TLS, the server's and the client's; both None to do without.
    """
    ref = SessionRef("sendapi", "a")
    rng, counters = random.Random(1), RunCounters()
    key = KeySettings(options=GatewayOptions(key=ApiKey(KEY)), sessions=("a",))
    own, trusting = contexts
    async with served(provider.talk, context=own) as port:
        url = f"https://localhost:{port}/v1" if own else f"http://127.0.0.1:{port}/v1"
        transport = keepalive_transport(url, max_connections=32, context=trusting)
        async with AsyncSendAPI(KEY, base_url=url, transport=transport) as client:
            with open_ledger(ledger_path, holder="pytest") as ledger:
                asking = make_asking(
                    [OpenKey(key, SendApi(client, "localhost"), NoBudget(rng=rng))],
                    AskSettings(),
                    ledger=ledger,
                    statuses={},
                    guards={ref: SessionGuard("a", canaries=Canaries([CANARY], rng=rng))},
                    bounds=Bounds(concurrency=32, left_today={}),
                    now_ms=lambda: 0,
                    rng=rng,
                )
                todo = pl.Series("number", range(FIRST, FIRST + COUNT), dtype=pl.UInt64)
                ending = await ask_all(todo, asking, counters)
                return ending, {row.number: row.verdict for rows in ledger.known() for row in rows}


@pytest.mark.parametrize(
    ("backend", "is_encrypted"), [("asyncio", False), ("trio", True)], ids=["asyncio", "trio, TLS"]
)
def test_no_stray_answer_is_taken_for_anybodys(tmp_path, certificate, trusting, backend, is_encrypted):
    provider = Straying(backend)
    contexts = (certificate, trusting) if is_encrypted else (None, None)

    ending, verdicts = anyio.run(ask, provider, tmp_path / "ledger.sqlite", contexts, backend=backend)

    truth = {True: "registered", False: "not_registered"}
    wrong = [
        one for one, verdict in verdicts.items() if verdict not in {truth[is_registered(one)], "unknown"}
    ]
    assert (ending, wrong, len(verdicts)) == (None, [], COUNT)
    assert Counter(verdicts.values())["unknown"] <= 0.01 * COUNT
    assert set(provider.strayed) == {*STRAYS, *DELAYS_MS}
