"""Webhooks: where they may go, how they are signed, and what becomes of an answer."""

import base64
import time

import pytest
import standardwebhooks

from tests.support.http.loopback import http, saying, served
from tests.support.http.receiver import receiving
from validator.errors import UsageError
from validator.http.connection_settings import connection_settings
from validator.http.masking import mask
from validator.http.network import Network
from validator.http.sending import TIMEOUT, NotDelivered
from validator.http.webhook import Webhook, post

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/services/T0/B0/xyz?sig=1%2F2",
        "http://127.0.0.1:8080/hook",
        "http://localhost/",
        "http://[::1]:9/h",
    ],
)
def test_a_webhook_is_encrypted_or_on_this_machine(url):
    assert Webhook.parse(url, SECRET).url == url


@pytest.mark.parametrize(
    ("url", "flaw"),
    [
        ("http://hooks.example.com/T0SECRET", "is not encrypted, and the message would travel in the open"),
        ("http://192.168.1.1/T0SECRET", "is not encrypted"),
        ("hooks.example.com/T0SECRET", "does not start with https:// and a host"),
        ("ftp://hooks.example.com/T0SECRET", "does not start with https:// and a host"),
        ("https://ann:T0SECRET@hooks.example.com/", "has a user name or password in it"),
        ("https://hooks.example.com:99999/T0SECRET", "has no usable host and port"),
        ("", "does not start with https://"),
    ],
)
def test_another_address_is_refused_and_not_quoted(url, flaw):
    with pytest.raises(UsageError, match=flaw) as refused:
        Webhook.parse(url, SECRET)

    assert "T0SECRET" not in str(refused.value)
    assert "--notify" in str(refused.value)


@pytest.mark.parametrize("secret", ["", "short", "whsec_*************************"])
def test_a_secret_that_cannot_be_one_is_refused_and_not_quoted(secret):
    with pytest.raises(UsageError, match="the secret of --notify") as refused:
        Webhook.parse("https://hooks.example.com/", secret)

    assert "***" not in str(refused.value)


def test_neither_secret_nor_address_is_printed():
    webhook = Webhook.parse("https://hooks.example.com/T0SECRET", "a secret of enough letters")

    assert "SECRET" not in repr(webhook)
    assert "letters" not in repr(webhook) + mask("a secret of enough letters")
    assert webhook.host == "hooks.example.com"


def test_the_signature_is_that_of_the_specification():
    """The example of the specification's own test suite."""
    headers = Webhook.parse("https://hooks.example.com/", SECRET).headers(
        BODY, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330.9
    )

    assert headers["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", [SECRET, "any text of enough characters"])
async def test_a_receiver_can_verify_what_it_gets(secret):
    key = secret if secret == SECRET else base64.b64encode(secret.encode()).decode()
    with receiving() as (url, messages):
        await sent(Webhook.parse(url, secret))

    (message,) = messages
    assert message.path == "/hooks/T0?token=abc"
    assert message.headers["Content-Type"] == "application/json"
    assert standardwebhooks.Webhook(key).verify(message.body, message.headers) == {"test": 2432232314}


@pytest.mark.parametrize(
    ("status", "transient"), [(500, True), (503, True), (429, True), (302, False), (404, False), (401, False)]
)
async def test_another_status_is_not_delivered(status, transient):
    with receiving(status) as (url, messages), pytest.raises(NotDelivered, match=str(status)) as failure:
        await sent(Webhook.parse(url, SECRET))

    assert failure.value.transient is transient
    assert len(messages) == 1


async def test_a_receiver_that_is_not_there_may_come():
    with pytest.raises(NotDelivered) as failure:
        await sent(Webhook.parse("http://127.0.0.1:9/", SECRET))

    assert failure.value.transient


async def test_a_certificate_that_proves_nothing_is_not_tried_again(certificate):
    async with served(saying(http(b"")), context=certificate) as port:
        with pytest.raises(NotDelivered, match="certificate") as failure:
            await sent(Webhook.parse(f"https://localhost:{port}/", SECRET))

    assert not failure.value.transient


async def sent(webhook):
    async with connection_settings(webhook.url, Network()).client(TIMEOUT) as client:
        await post(client, webhook, BODY, message_id="msg_1", now_s=time.time)
