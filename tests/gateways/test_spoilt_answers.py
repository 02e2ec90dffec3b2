"""Whole runs through each gateway while answers come spoilt: no verdict that nobody gave, no key anywhere."""

import json
import os
import random

import httpx
import pytest

from tests.support.gateways.gateway_lab import FIRST, KEY, OWN, GatewayLab
from validator.gateways.registry import GATEWAYS
from validator.model import Number

pytestmark = pytest.mark.slow

SEEDS = int(os.environ.get("GATEWAY_SEEDS", "2"))
COUNT = 60
FLAGS = ("exists", "numberExists", "existsWhatsapp", "IsInWhatsapp", "is_on_whatsapp")
NUMBERS = ("number", "Query")
SESSIONS = ("instanceName", "name", "device_id")


def each(names, change):
    """Return what changes the values of some fields, wherever they are."""

    def walk(value):
        if isinstance(value, list):
            return [walk(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {name: change(one) if name in names else walk(one) for name, one in value.items()}

    return walk


def half(body):
    """Return a list, or the list in the envelope of one, with every other entry."""
    return body[::2] if isinstance(body, list) else each(("Users",), lambda users: (users or [])[::2])(body)


def next_digit(number):
    return f"{number[:-1]}{(int(number[-1]) + 1) % 10}"


# None of these leaves a "no" in its gateway's form for a number that was asked about: an entry that names the
# next number has an id of its own number's.
SPOILT = (
    each(FLAGS, lambda flag: str(flag).lower()),
    each(FLAGS, int),
    each(FLAGS, lambda _: None),
    each(FLAGS, lambda flag: [flag]),
    each(NUMBERS, next_digit),
    each(NUMBERS, lambda number: int(number.lstrip("+"))),
    each(SESSIONS, lambda _: "another"),
    half,
    lambda body: {"data": body},
    lambda body: [body],
)
ECHO = {"status": 400, "statusCode": 500, "code": 500, "success": False, "error": f"of {KEY}", "message": KEY}


def spoiler(rng, share):
    """Return what spoils that share of the responses, each in a way of its own."""

    def spoil(response):
        if rng.random() >= share:
            return response
        match rng.choice(("body", "body", "status", "page", "echo")):
            case "body":
                return _changed(response, rng.choice(SPOILT))
            case "status":
                return httpx.Response(rng.choice((201, 202, 207)), content=response.content)
            case "page":
                return httpx.Response(200, text=rng.choice(("", "null", "{}", f"<html>{KEY}</html>")))
            case _:
                return httpx.Response(rng.choice((200, 400, 401, 404, 500)), json=ECHO)

    return spoil


def _changed(response, change):
    try:
        body = json.loads(response.content)
    except ValueError:
        return response
    return httpx.Response(response.status_code, headers=response.headers, json=change(body))


@pytest.mark.parametrize("gateway", [name for name in GATEWAYS if name != "sendapi"])
def test_answers_that_come_spoilt_leave_no_wrong_verdict_and_no_key(gateway, tmp_path):
    for seed in range(SEEDS):
        rng = random.Random(f"{gateway} {seed}")
        folder = tmp_path / f"{seed}"
        folder.mkdir()
        lab = GatewayLab.build(gateway, folder / "ledger.sqlite", seed=seed)
        lab.spoil = spoiler(rng, rng.choice((0.1, 0.3, 0.6)))

        ran = lab.run(
            range(FIRST, FIRST + COUNT), rate="600/min", max_outage_s=60.0, canaries=(Number.parse(OWN),)
        )

        assert lab.wrong() == []
        written = b"".join(path.read_bytes() for path in folder.iterdir())
        assert KEY not in f"{ran!r} {ran.ending!s}"
        assert KEY.encode() not in written
