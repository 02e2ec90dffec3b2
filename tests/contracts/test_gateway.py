"""The contract of a gateway, held to each one in the registry and to the toy of the documentation."""

from contextlib import suppress

import anyio
import httpx
import pytest

from validator.errors import (
    ApiError,
    BadAnswer,
    Intercepted,
    InvalidPhone,
    MissingOrBadKey,
    RateLimited,
    Redirected,
    ServerError,
    SessionNotConnected,
    TimedOut,
    UsageError,
)
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import GATEWAYS, capabilities_of, gateway_module
from validator.http.api_key import ApiKey
from validator.model import Number, SessionState

from . import toy_gateway
from .stages import STAGES, Situation

# The one line that a new gateway adds.
WITH_TOY = {**GATEWAYS, "toy": toy_gateway.__name__}
NUMBERS = [Number(447_400_123_456 + place) for place in range(50)]


@pytest.fixture(params=sorted(WITH_TOY))
def name(request):
    return request.param


@pytest.fixture
def stage(name):
    return STAGES[name]


@pytest.fixture
def capabilities(name):
    return gateway_module(name, WITH_TOY).CAPABILITIES


@pytest.fixture
def answers():
    """One entry for each response that a gateway has said to have."""
    return []


@pytest.fixture
def use(name, stage, answers):
    """Open the gateway before a provider that is in a situation, and make one exchange."""

    def run(situation, exchange):
        async def respond(request):
            if situation is Situation.TIME_OUT:
                await anyio.sleep_forever()
            return stage.respond(situation, request)

        async def main():
            options = GatewayOptions(
                key=ApiKey(stage.key),
                base_url="https://gateway.example/v1",
                timeout_s=0.05,
                transport=httpx.MockTransport(respond),
                wall_clock=lambda: 1_800_000_000.0,
                on_answer=lambda: answers.append(1),
            )
            async with gateway_module(name, WITH_TOY).open_gateway(options) as gateway:
                return await exchange(gateway)

        return anyio.run(main)

    return run


@pytest.fixture
def ask(use, stage, capabilities):
    """Ask about as many numbers as the gateway takes; return the numbers and the reply."""

    def run(situation, count=None):
        if situation in stage.never or (situation is Situation.PARTIAL and capabilities.max_batch == 1):
            pytest.skip("never in this situation")
        numbers = NUMBERS[: count or min(capabilities.max_batch, len(NUMBERS))]
        return numbers, use(situation, lambda gateway: gateway.check(numbers, stage.session))

    return run


def test_every_gateway_has_a_stage(name):
    assert name in STAGES


def test_its_name_is_the_one_it_is_registered_under(name, capabilities):
    assert capabilities.name == name
    assert capabilities.max_batch >= 1
    assert capabilities.default_rate_per_min > 0


@pytest.mark.parametrize(("situation", "answer"), [(Situation.YES, True), (Situation.NO, False)])
def test_each_number_gets_its_own_answer_whatever_their_order(ask, situation, answer):
    numbers, reply = ask(situation)

    assert [reply.result(number).is_whatsapp_user for number in numbers] == [answer] * len(numbers)
    assert [reply.result(number).failure for number in numbers] == [None] * len(numbers)


def test_an_invalid_number_is_that_numbers_alone(ask):
    (invalid, *others), reply = ask(Situation.INVALID)

    assert isinstance(reply.result(invalid).failure, InvalidPhone)
    assert all(reply.result(number).failure is None for number in others)


@pytest.mark.parametrize("situation", [Situation.CANNOT_SAY, Situation.OTHER_NUMBER, Situation.HTML])
def test_what_says_nothing_about_the_number_is_no_answer_and_transient(ask, situation):
    try:
        numbers, reply = ask(situation)
    except BadAnswer as failure:
        failures = [failure]
    else:
        failures = [reply.result(number).failure for number in numbers]
    assert all(isinstance(failure, BadAnswer) and failure.transient for failure in failures)


def test_a_missing_entry_is_no_answer_and_leaves_the_others_theirs(ask):
    (missing, *others), reply = ask(Situation.PARTIAL)

    assert isinstance(reply.result(missing).failure, BadAnswer)
    assert all(reply.result(number).is_whatsapp_user is not None for number in others)


@pytest.mark.parametrize(
    ("situation", "kind"),
    [
        (Situation.RATE_WITH_WAIT, RateLimited),
        (Situation.RATE_WITHOUT_WAIT, RateLimited),
        (Situation.SERVER_ERROR, ServerError),
        (Situation.TIME_OUT, TimedOut),
        (Situation.KEY_REFUSED, MissingOrBadKey),
        (Situation.SESSION_LOST, SessionNotConnected),
    ],
)
def test_each_failure_is_the_error_that_the_run_knows(ask, situation, kind):
    with pytest.raises(ApiError) as caught:
        ask(situation)

    assert type(caught.value) is kind


@pytest.mark.parametrize("situation", [Situation.YES, Situation.KEY_REFUSED, Situation.TIME_OUT])
def test_it_says_that_the_server_has_answered_whatever_that_says(ask, answers, situation):
    with suppress(ApiError):
        ask(situation)

    assert bool(answers) == (situation is not Situation.TIME_OUT)


OF_OTHERS = (
    b"",
    b"<html><title>Attention Required!</title></html>",
    b'{"message": "no Route matched with those values"}',
    b'{"statusCode": 401, "message": "Unauthorized"}',
    b'{"error": "invalid_token"}',
    b'{"type": "about:blank", "title": "Not Found", "status": 404}',
    b'["not found"]',
)


@pytest.fixture
def intercepted(name, stage):
    """Return the failure that a response to a check, and to a look at the session, becomes."""

    async def failure_of(exchange):
        with pytest.raises(ApiError) as caught:
            await exchange
        return caught.value

    def run(status, body):
        async def main():
            options = GatewayOptions(
                key=ApiKey(stage.key),
                base_url="https://gateway.example/v1",
                transport=httpx.MockTransport(lambda _: httpx.Response(status, content=body)),
                wall_clock=lambda: 1_800_000_000.0,
            )
            async with gateway_module(name, WITH_TOY).open_gateway(options) as gateway:
                asked = await failure_of(gateway.check(NUMBERS[:1], stage.session))
                return asked, await failure_of(gateway.session_status(stage.session))

        return anyio.run(main)

    return run


def kind_of(status):
    if status < 400:
        return Redirected
    if status == 429:
        return RateLimited
    return ServerError if status in {408, 425} or status >= 500 else Intercepted


@pytest.mark.parametrize("body", OF_OTHERS)
@pytest.mark.parametrize(
    "statuses", [(300, 302, 304), (400, 401, 402, 403, 404), (407, 409, 422, 428), (429, 466, 500, 599)]
)
def test_a_refusal_in_somebody_elses_form_says_nothing_about_key_session_or_number(
    intercepted, stage, statuses, body
):
    for status in (one for one in statuses if (one, body) not in stage.own_forms):
        for failure in intercepted(status, body):
            assert type(failure) is kind_of(status)
            assert f"something in between answered {status}" in str(failure)


def test_a_told_wait_comes_with_the_refusal(ask):
    with pytest.raises(RateLimited) as told:
        ask(Situation.RATE_WITH_WAIT)
    with pytest.raises(RateLimited) as untold:
        ask(Situation.RATE_WITHOUT_WAIT)

    assert (told.value.rate.retry_after_s, untold.value.rate.retry_after_s) == (7, None)


@pytest.mark.parametrize("situation", Situation)
def test_no_message_and_no_repr_holds_the_key_or_a_number(ask, stage, situation):
    try:
        numbers, said = ask(situation)
    except ApiError as failure:
        numbers, said = NUMBERS, failure
    text = f"{said!s} {said!r}"
    assert stage.key not in text
    assert not [number for number in numbers if f"{int(number):d}" in text and "whatsapp_id" not in text]


def test_a_session_has_a_state(use, stage, capabilities):
    if not capabilities.has_session_status:
        pytest.skip("offers no state of a session")
    reply = use(Situation.YES, lambda gateway: gateway.session_status(stage.session))

    assert (reply.session, reply.status.state) == (stage.session, SessionState.READY)


def test_sessions_are_listed(use, stage, capabilities):
    if not capabilities.lists_sessions:
        pytest.skip("lists no sessions")
    reply = use(Situation.YES, lambda gateway: gateway.sessions())

    assert [one.session for one in reply.sessions] == [stage.session]


def test_contacts_come_page_by_page_until_there_is_no_cursor(use, stage, capabilities):
    if not capabilities.has_contacts:
        pytest.skip("has no contacts")
    reply = use(Situation.YES, lambda gateway: gateway.contacts(stage.session))

    assert [contact.number for contact in reply.contacts] == [Number(447_400_123_456)]
    assert reply.next_cursor is None


def test_limits_are_facts(use, capabilities):
    if not capabilities.has_limits:
        pytest.skip("says nothing about limits but in its headers")
    assert use(Situation.YES, lambda gateway: gateway.limits()).facts


def test_the_host_is_named(use):
    async def host(gateway):
        return gateway.host

    assert use(Situation.YES, host) == "gateway.example"


def test_a_gateway_that_is_not_registered_is_named_with_those_that_are():
    with pytest.raises(
        UsageError,
        match="no gateway 'signal'; there are: evolution, evolution-go, gowa, green-api, sendapi, waha",
    ):
        capabilities_of("signal")
