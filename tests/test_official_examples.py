"""The provider's own examples, word for word, against the sandbox on a real socket."""

import http.client
import json
import subprocess
from urllib.parse import urlsplit

import anyio
import pytest

from tests.support import commands
from validator.sendapi import AsyncSendAPI, SendAPI

KEY = "sk_live_0123456789abcdef"
SESSION = "sess_01H8BKF0000000000000000Z2T"
PHONE = "+447700900000"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def base_url():
    with commands.Popen(["sandbox", "--port", "0"], stderr=subprocess.PIPE, text=True) as server:
        yield server.stderr.readline().split("ready at ")[1].strip()
        server.terminate()


def get(base_url, path, key=KEY):
    """What curl sends: `curl -H "Authorization: Bearer KEY" BASE_URL PATH`."""
    address = urlsplit(base_url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    connection.request("GET", address.path + path, headers={"Authorization": f"Bearer {key}"})
    response = connection.getresponse()
    body = json.loads(response.read())
    connection.close()
    return response, body


@pytest.mark.parametrize("phone", ["%2B447700900000", "+447700900000"])
def test_the_curl_example_of_a_check(base_url, phone):
    response, body = get(base_url, f"/whatsapp/contacts/{phone}/check?session_id={SESSION}")

    assert response.status == 200
    assert body == {
        "phone": PHONE,
        "is_whatsapp_user": True,
        "whatsapp_id": "447700900000@s.whatsapp.net",
    }
    assert response.headers["X-RateLimit-Limit"] == "300"
    assert all(response.headers[f"X-RateLimit-{word}"].isdecimal() for word in ("Remaining", "Reset"))


def test_the_curl_example_of_a_contact_list(base_url):
    response, body = get(base_url, f"/whatsapp/contacts?session_id={SESSION}&page=1&per_page=25")

    assert response.status == 200
    assert len(body["data"]) == 25
    assert body["meta"] == {"total": 250, "page": 1, "per_page": 25}


def test_a_wrong_key_is_told_as_the_contract_says(base_url):
    response, body = get(base_url, f"/whatsapp/sessions/{SESSION}", key="nonsense")

    assert response.status == 401
    assert body["error"]["code"] == 4011


def test_the_python_calls_as_documented(base_url):
    with SendAPI(api_key=KEY, base_url=base_url) as client:
        found = client.whatsapp.contacts.check(PHONE, session_id=SESSION)
        page = client.whatsapp.contacts.list(session_id=SESSION)
        everyone = list(client.whatsapp.contacts.iterate(session_id=SESSION))
        sessions = client.whatsapp.sessions.list()
        one = client.whatsapp.sessions.get(SESSION)

    assert (found.is_whatsapp_user, found.whatsapp_id) == (True, "447700900000@s.whatsapp.net")
    assert (len(page), page.total, len(everyone)) == (25, 250, 250)
    assert SESSION in {session.id for session in sessions}
    assert one.status == "connected"


def test_the_asynchronous_calls_as_documented(base_url):
    async def calls():
        async with AsyncSendAPI(api_key=KEY, base_url=base_url) as client:
            found = await client.whatsapp.contacts.check(PHONE, session_id=SESSION)
            return found, [contact async for contact in client.whatsapp.contacts.iterate(session_id=SESSION)]

    found, everyone = anyio.run(calls)

    assert found.is_whatsapp_user
    assert len(everyone) == 250
