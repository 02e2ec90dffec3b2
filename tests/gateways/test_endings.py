"""What ends a run through another gateway, each in one line that says what to do."""

import anyio
import httpx
import pytest

from tests.support.gateways.gateway_lab import FIRST, KEY, OWN, SESSION, GatewayLab
from validator.errors import ApiError, InvalidRequest, Refused, UsageError
from validator.gateways.gateway import GatewayOptions
from validator.gateways.green_api import open_gateway as open_green_api
from validator.gateways.registry import GATEWAYS, capabilities_of
from validator.http.api_key import ApiKey
from validator.http.interception import GATEWAYS as LOOKS_OF_GATEWAYS
from validator.model import Number
from validator.sandbox import Session

OTHERS = [name for name in GATEWAYS if name != "sendapi"]
INVALID = 447_700_900_003


@pytest.fixture
def make_lab(tmp_path):
    return lambda name, *faults, **settings: GatewayLab.build(
        name, tmp_path / f"{name}.sqlite", *faults, **settings
    )


@pytest.mark.parametrize("gateway", OTHERS)
def test_a_key_that_is_refused(make_lab, gateway):
    ran = make_lab(gateway).run([FIRST], key="refused_canary_1")

    assert isinstance(ran.ending, Refused)
    assert "does not accept the API key" in str(ran.ending)
    assert "refused_canary_1" not in str(ran.ending)


def test_a_licence_that_is_not_activated(make_lab):
    ran = make_lab("evolution").run([FIRST], key="unlicensed_canary_1")

    assert isinstance(ran.ending, Refused)
    assert "LICENSE_REQUIRED until its owner activates it" in str(ran.ending)


def test_an_instance_of_the_cloud_api_has_no_check(make_lab):
    cloud = Session(id=SESSION, name="Shop", status="cloud", phone_number=OWN)
    lab = make_lab("evolution", sessions=(cloud,))

    ran = lab.run([FIRST, FIRST + 1])

    assert isinstance(ran.ending, Refused)
    assert "has no number check; name one that is linked by its QR code" in str(ran.ending)
    assert lab.known() == {}


def test_the_checks_of_a_month_are_used_up(make_lab):
    lab = make_lab("green-api")

    ran = lab.run([FIRST, FIRST + 1], key="spent_canary_1")

    assert isinstance(ran.ending, Refused)
    assert "quota is spent" in str(ran.ending)
    assert lab.known() == {}


@pytest.mark.parametrize("gateway", [name for name in OTHERS if name not in {"wuzapi", "evolution-go"}])
def test_a_session_that_does_not_exist(make_lab, gateway):
    ran = make_lab(gateway).run([FIRST], session="1101000009")

    assert isinstance(ran.ending, Refused)


def test_a_token_in_the_place_of_the_instance():
    async def main():
        options = GatewayOptions(key=ApiKey(KEY))
        async with open_green_api(options) as gateway:
            await gateway.check([Number(FIRST)], KEY)

    with pytest.raises(UsageError, match="is the number of an instance, as in 1101000001") as caught:
        anyio.run(main)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("gateway", [name for name in OTHERS if capabilities_of(name).max_batch > 1])
def test_one_poisoned_number_of_fifty_costs_at_most_seven_further_requests(make_lab, gateway):
    lab = make_lab(gateway)

    # Named, since not every gateway says which number a session is linked to.
    canaries = (Number.parse(OWN),)
    ran = lab.run([*range(FIRST, FIRST + 49), INVALID], rate="600/min", canaries=canaries)

    assert ran.ending is None
    asked = [entry for entry in lab.checks() if entry.number != OWN]
    assert len(asked) <= 1 + 7
    assert lab.known().pop(INVALID) == ("unknown", "request_rejected")
    assert [number for number, (verdict, _) in lab.known().items() if verdict == "unknown"] == [INVALID]
    assert lab.wrong() == []


def test_a_number_too_short_for_the_gateway_is_unknown_and_not_invalid(make_lab):
    lab = make_lab("green-api")

    lab.run([6_591_234_567, FIRST], rate="600/min")

    assert lab.known()[6_591_234_567] == ("unknown", "request_rejected")


@pytest.mark.parametrize("gateway", ["sendapi", *OTHERS])
@pytest.mark.parametrize("other", ["sendapi", *OTHERS])
def test_the_address_of_another_gateway_is_told_by_its_answers(make_lab, gateway, other):
    if other == gateway:
        pytest.skip("the right one")
    lab = make_lab(other)
    lab.gateway = gateway

    async def main():
        options = GatewayOptions(key=ApiKey(f"sk_test_{KEY.replace(':', '_')}"), base_url="http://localhost")
        async with lab._open(gateway, options) as opened:
            with pytest.raises(ApiError) as caught:
                await opened.session_status(SESSION)
        return caught.value

    failure = anyio.run(main)

    assert f"looks like {capabilities_of(other).title}" in str(failure)
    assert not isinstance(failure, InvalidRequest)


def refused_as_by(other):
    """Return what a gateway's server answers to a path that it does not have."""
    forms = {
        "waha": {"message": "Cannot GET /x", "error": "Not Found", "statusCode": 404},
        "evolution": {"status": 404, "error": "Not Found", "response": {"message": ["Cannot GET /x"]}},
    }
    return httpx.Response(404, json=forms[other])


def answering(*first, then):
    """Return what puts some responses in the place of the first, and goes on with its own."""
    left = iter(first)
    return lambda response: next(left, None) or then or response


@pytest.mark.parametrize("gateway", ["evolution", "waha", "wuzapi"])
def test_a_refusal_by_whatsapp_itself_holds_the_key_for_a_minute(make_lab, gateway):
    lab = make_lab(gateway, "overlimit500@1+1s", share=1.0)

    ran = lab.run([FIRST, FIRST + 1], rate="600/min")

    assert ran.ending is None
    refused, again, *_ = [entry.time_s for entry in lab.checks() if entry.number != OWN]
    assert again - refused >= 60


def test_each_gateway_is_one_that_answers_can_look_like():
    assert {capabilities_of(name).title for name in GATEWAYS} == LOOKS_OF_GATEWAYS


@pytest.mark.parametrize("gateway", OTHERS)
def test_a_run_at_the_address_of_another_gateway_ends_within_seconds(make_lab, gateway):
    lab, other = make_lab(gateway), "waha" if gateway != "waha" else "evolution"
    lab.spoil = answering(then=refused_as_by(other))

    ran = lab.run([FIRST, FIRST + 1])

    assert isinstance(ran.ending, UsageError)
    assert f"is not {capabilities_of(gateway).title}: it looks like {capabilities_of(other).title}" in str(
        ran.ending
    )
    assert "--gateway and --base-url belong together" in str(ran.ending)
    assert ran.duration_s < 120
    assert lab.known() == {}


def test_one_answer_of_another_gateway_ends_no_run(make_lab):
    lab = make_lab("gowa", share=1.0)
    lab.spoil = answering(refused_as_by("waha"), then=None)

    ran = lab.run([FIRST, FIRST + 1])

    assert ran.ending is None
    assert {verdict for verdict, _ in lab.known().values()} == {"registered"}


@pytest.mark.parametrize("text", ["404 page not found", '{"success": false}'])
def test_what_any_server_in_go_says_is_waited_out(make_lab, text):
    lab = make_lab("green-api", share=1.0)
    lab.spoil = answering(*[httpx.Response(404, text=text)] * 8, then=None)

    ran = lab.run([FIRST, FIRST + 1])

    assert ran.ending is None
    assert {verdict for verdict, _ in lab.known().values()} == {"registered"}
