"""An answer to an earlier question never becomes the verdict of a later number, however late it comes.

The servers here send what belongs to one request after the next one on the same connection has come in, where
no look at a resting connection can see it.
"""

import json

import pytest

from tests.support.http.loopback import http, keepalive_transport, served
from validator.errors import BadAnswer, InvalidPhone

pytestmark = pytest.mark.anyio

NUMBERS = [f"+44770090000{last}" for last in range(4)]


@pytest.fixture
def carrier():
    return keepalive_transport


def about(number, is_whatsapp_user=True):
    return http(json.dumps({"phone": number, "is_whatsapp_user": is_whatsapp_user}).encode())


INVALID = http(
    json.dumps({"error": {"type": "invalid_phone", "code": 4001, "message": "No."}}).encode(),
    status="422 Unprocessable Content",
)


class Behind:
    """Answers the first request of the first connection, and later ones there with the answer before."""

    def __init__(self, answer):
        self.answer = answer
        self.connections = 0

    async def talk(self, stream):
        self.connections += 1
        is_behind = self.connections == 1
        before = b""
        while request := await stream.receive():
            own = self.answer("+" + request.decode().partition("%2B")[2].partition("/")[0])
            await stream.send(before or own)
            before = own if is_behind else b""


async def test_a_connection_one_answer_behind_costs_one_attempt_and_no_verdict(client_at):
    server = Behind(lambda number: about(number, is_whatsapp_user=number != NUMBERS[0]))

    async with served(server.talk) as port, client_at(port) as client:
        first = await client.whatsapp.contacts.check(NUMBERS[0], session_id="s")
        with pytest.raises(BadAnswer, match="about another phone"):
            await client.whatsapp.contacts.check(NUMBERS[1], session_id="s")
        later = [await client.whatsapp.contacts.check(number, session_id="s") for number in NUMBERS[1:]]

    assert [first.is_whatsapp_user, *[one.is_whatsapp_user for one in later]] == [False, True, True, True]
    assert server.connections == 2


async def test_a_refusal_that_comes_twice_judges_one_number_only(client_at):
    """It does not say which number it is about, and "invalid" is final."""
    server = Behind(lambda number: INVALID if number == NUMBERS[0] else about(number))

    async with served(server.talk) as port, client_at(port) as client:
        with pytest.raises(InvalidPhone):
            await client.whatsapp.contacts.check(NUMBERS[0], session_id="s")

        assert (await client.whatsapp.contacts.check(NUMBERS[1], session_id="s")).is_whatsapp_user

    assert server.connections == 2


async def test_an_answer_that_cannot_be_read_is_the_last_of_its_connection(client_at):
    server = Behind(lambda number: http(b"{}") if number == NUMBERS[0] else about(number))

    async with served(server.talk) as port, client_at(port) as client:
        with pytest.raises(BadAnswer):
            await client.whatsapp.contacts.check(NUMBERS[0], session_id="s")

        assert (await client.whatsapp.contacts.check(NUMBERS[1], session_id="s")).is_whatsapp_user
