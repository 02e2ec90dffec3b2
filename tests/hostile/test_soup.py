"""Everything at once: a provider that now and then does one misdeed or another, on connections that are kept.

What it does is drawn from a seed. Whatever comes of an attempt, a number's verdict is its own.
"""

import random

import anyio
import pytest

from tests.support.hostile.misdeeds import CASES, Provider, honest
from tests.support.http.loopback import hang_up, http, keepalive_transport, reset, served
from validator.errors import ApiError, InvalidPhone
from validator.sendapi import AsyncSendAPI

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

NUMBERS = [f"+4477009{place:05d}" for place in range(150)]
INVALID = http(b'{"error": {"type": "invalid_phone", "code": 4001}}', status="422 Unprocessable Content")
SOON = (
    *("reset in the head", "reset in the body", "closed before the head", "a bad chunk", "two lengths"),
    *("HTML", "NaN", "another number", "no number", "a key twice", "a length too short", "502"),
)


def truth(number):
    """A third of the numbers are invalid, and the provider says so in a way that names none."""
    return None if int(number) % 3 == 0 else int(number) % 2 == 0


class Soup:
    """Plays a misdeed half of the time: those of one answer, and those that reach into the next one."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.before = honest(NUMBERS[0])

    async def play(self, stream, number, echo):
        own = INVALID if truth(number) is None else http(honest(number))
        self.before, before = own, self.before
        match self.rng.randrange(12):
            case 0 | 1 | 2:
                await CASES[self.rng.choice(SOON)].play(stream, number, echo)
            case 3:
                await stream.send(own + own)
            case 4:  # the second one comes while the connection rests, or while it is asked again
                await stream.send(own)
                await anyio.sleep(self.rng.random() * 0.003)
                await stream.send(own)
            case 5 if before != INVALID:
                await stream.send(before)
                await stream.send(own)
            case 6:
                await stream.send(own)
                await self.rng.choice((hang_up, reset))(stream)
            case _:
                await stream.send(own)


async def asked_until_answered(client, number, attempts):
    for _ in range(200):
        attempts.append(number)
        try:
            return (await client.whatsapp.contacts.check(number, session_id="s")).is_whatsapp_user
        except InvalidPhone:
            return None
        except ApiError as error:
            if not error.transient:
                raise
    raise AssertionError("never answered")


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@pytest.mark.parametrize("seed", range(3))
async def test_every_verdict_is_the_numbers_own_whatever_happens_around_it(seed, anyio_backend):
    provider, verdicts, attempts = Provider(), {}, []
    provider.misdeed = Soup(seed).play
    left = list(NUMBERS)

    async def work(client):
        while left:
            number = left.pop()
            verdicts[number] = await asked_until_answered(client, number, attempts)

    async with served(provider.talk) as port:
        url = f"http://127.0.0.1:{port}/v1"
        transport = keepalive_transport(url, max_connections=8, context=None)
        async with (
            AsyncSendAPI("sk_test_0123", base_url=url, transport=transport) as client,
            anyio.create_task_group() as tasks,
        ):
            for _ in range(8):
                tasks.start_soon(work, client)

    assert verdicts == {number: truth(number) for number in NUMBERS}
    assert provider.connections < len(attempts), "no connection was ever kept"
    assert len(attempts) > len(NUMBERS) * 1.1, "nothing ever failed"
