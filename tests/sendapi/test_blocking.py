"""The synchronous twin: the same calls, errors and types as the asynchronous client, which does the work."""

import gc
import inspect
import re
import subprocess
import sys
import threading

import httpx
import pytest

import validator.sendapi
from validator.errors import MissingOrBadKey, UsageError
from validator.sendapi import AsyncSendAPI, SendAPI, blocking, client

ANSWERS = {
    "/v1/whatsapp/contacts/+447700900000/check": {"phone": "+447700900000", "is_whatsapp_user": True},
    "/v1/whatsapp/contacts": {
        "data": [{"phone": "+447700900001", "is_whatsapp_user": True}],
        "meta": {"total": 1},
    },
    "/v1/whatsapp/sessions": {"data": [{"id": 1, "status": "connected"}], "meta": {}},
    "/v1/whatsapp/sessions/1": {"id": 1, "status": "pending"},
    "/v1/account/usage": {"used": 3},
}


class Provider(httpx.MockTransport):
    """Answers from the table, and remembers whether it was opened and closed."""

    def __init__(self, answer=None):
        super().__init__(answer or (lambda request: httpx.Response(200, json=ANSWERS[request.url.path])))
        self.life = []

    async def __aenter__(self):
        self.life.append("opened")
        return self

    async def __aexit__(self, *error):
        self.life.append("closed")


def portals():
    return [thread for thread in threading.enumerate() if thread.name == "sendapi"]


def test_every_call_of_the_asynchronous_client_works_without_await(key):
    with SendAPI(key, transport=Provider()) as api:
        assert api.whatsapp.contacts.check("+447700900000", session_id="s").is_whatsapp_user
        assert api.whatsapp.contacts.list(session_id="s").contacts[0].number == 447700900001
        assert [contact.number for contact in api.whatsapp.contacts.iterate(session_id="s")] == [447700900001]
        assert [session.id for session in api.whatsapp.sessions.list()] == ["1"]
        assert api.whatsapp.sessions.get("1").status == "pending"
        assert api.account.usage() == {"used": 3}


@pytest.mark.parametrize("name", ["Contacts", "Sessions", "Account"])
def test_the_twin_has_the_same_calls_with_the_same_arguments(name):
    def calls(module):
        found = inspect.getmembers(getattr(module, name), inspect.isfunction)
        return {call: inspect.signature(function) for call, function in found if not call.startswith("_")}

    ours, theirs = calls(blocking), calls(client)

    assert ours.keys() == theirs.keys()
    for call, signature in theirs.items():
        assert ours[call].parameters == signature.parameters
        awaited = re.sub(r"Async(Iterator)", r"\1", str(signature.return_annotation))
        assert str(ours[call].return_annotation) == awaited


def test_the_twin_is_made_from_the_same_arguments():
    ours, theirs = (inspect.signature(made).parameters for made in (SendAPI, AsyncSendAPI))

    assert {name: ours[name] for name in ours} == {name: theirs[name] for name in ours}
    assert theirs.keys() - ours.keys() == {"on_answer", "wall_clock"}


def test_leaving_the_block_closes_the_transport_and_ends_the_thread(key):
    transport = Provider()
    before = len(portals())

    with SendAPI(key, transport=transport):
        assert transport.life == ["opened"]
        assert len(portals()) == before + 1

    assert transport.life == ["opened", "closed"]
    assert len(portals()) == before


def test_a_client_without_a_block_is_closed_by_hand_and_more_than_once(key):
    transport = Provider()
    api = SendAPI(api_key=key, transport=transport)
    assert api.account.usage() == {"used": 3}

    api.close()
    api.close()

    assert transport.life == ["opened", "closed"]
    with pytest.raises(UsageError, match="this client is closed; call it inside of its `with` block"):
        api.account.usage()


@pytest.mark.slow
def test_a_client_that_nobody_keeps_works_and_ends_its_thread(key):
    before = len(portals())

    assert SendAPI(key, transport=Provider()).whatsapp.sessions.get(1).id == "1"
    assert SendAPI(key, transport=Provider()).whatsapp.contacts.check(447700900000, session_id=42).phone

    gc.collect()
    for thread in portals()[before:]:
        thread.join(5)
    assert len(portals()) == before


@pytest.mark.slow
def test_a_client_that_nobody_closes_does_not_keep_the_process(key):
    code = (
        "from validator.sendapi import SendAPI\n"
        f"api = SendAPI({key!r}, base_url='http://127.0.0.1:1/v1')\n"
        "try:\n    api.whatsapp.sessions.list()\n"
        "except Exception as error:\n    print(type(error).__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=20)

    assert (done.returncode, done.stdout) == (0, b"NoAnswer\n")


def test_errors_come_through_as_they_are(key):
    refuse = Provider(lambda _: httpx.Response(401, json={"error": {"type": "invalid_api_key"}}))

    with SendAPI(key, transport=refuse) as api, pytest.raises(MissingOrBadKey):
        api.account.usage()


def test_a_bad_argument_starts_no_thread(key):
    before = len(portals())

    with pytest.raises(UsageError):
        SendAPI(key, base_url="http://example.com")

    assert len(portals()) == before


def test_threads_may_share_a_client(key):
    with SendAPI(key, transport=Provider()) as api:
        told = []
        threads = [threading.Thread(target=lambda: told.append(api.account.usage())) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert told == [{"used": 3}] * 8


def test_iterating_may_be_left_half_way(key):
    rows = [{"phone": f"+44770090000{row}", "is_whatsapp_user": True} for row in range(3)]
    page = Provider(lambda _: httpx.Response(200, json={"data": rows, "meta": {"total": 9, "per_page": 3}}))

    with SendAPI(key, transport=page) as api:
        contacts = api.whatsapp.contacts.iterate(session_id="s", per_page=3)
        assert next(contacts).number == 447700900000
        contacts.close()


@pytest.mark.anyio
async def test_the_asynchronous_client_opens_and_closes_its_transport(key):
    transport = Provider()

    async with AsyncSendAPI(key, transport=transport) as api:
        assert await api.account.usage() == {"used": 3}

    assert transport.life == ["opened", "closed"]


def test_all_that_is_promised_is_there():
    assert all(hasattr(validator.sendapi, name) for name in validator.sendapi.__all__)


@pytest.mark.parametrize(
    "call",
    [
        blocking.Contacts.check,
        blocking.Contacts.list,
        blocking.Contacts.iterate,
        blocking.Sessions.list,
        blocking.Sessions.get,
        blocking.Account.usage,
    ],
)
def test_every_call_says_what_it_takes_and_raises(call):
    text = inspect.getdoc(call)

    assert all(f"\n    {name}: " in text for name in inspect.signature(call).parameters if name != "self")
    assert "Raises:\n" in text
