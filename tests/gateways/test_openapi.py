"""Requests of the adapters and answers of the sandbox are in the form of the gateways' OpenAPI files."""

from functools import cache
from pathlib import Path

import pytest
import yaml
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from tests.support.gateways.gateway_lab import FIRST, KEY, SESSION, GatewayLab
from validator.gateways.registry import GATEWAYS
from validator.sandbox.dialects.dialect import REFUSED_KEY, SPENT_KEY, UNLICENSED_KEY

pytestmark = pytest.mark.slow

FILES = Path(__file__).parent / "openapi"
OTHERS = [name for name in GATEWAYS if name != "sendapi"]
FAULTS = ("500", "overlimit500", "unanswered", "partial", "409", "404")
# 503 and 466 are known to one of them each; texts in place of JSON are those of other programs.
INVALID = 447_700_900_003


@pytest.fixture(params=OTHERS)
def gateway(request):
    return request.param


@pytest.fixture
def contract(gateway):
    """Return what holds exchanges to the gateway's OpenAPI file."""
    return Contract(*read(gateway))


@cache
def read(gateway):
    content = yaml.safe_load((FILES / f"{gateway}.yaml").read_text(encoding="utf-8"))
    return OpenAPI.from_dict(content), content["servers"][0]["url"]


class Contract:
    """Validates exchanges, and counts them."""

    def __init__(self, openapi, server):
        self.openapi = openapi
        self.server = server
        self.seen = 0

    def hold(self, request, response):
        mock = MockRequest(
            self.server,
            request.method.lower(),
            request.url.path,
            args=dict(request.url.params),
            headers=dict(request.headers),
            data=request.content or None,
            content_type="application/json",
        )
        self.openapi.validate_request(mock)
        answer = MockResponse(
            response.content,
            status_code=response.status_code,
            content_type=response.headers["content-type"].split(";")[0],
        )
        self.openapi.validate_response(mock, answer)
        self.seen += 1


@pytest.fixture
def exchanges(gateway, tmp_path):
    """Ask about a list, with faults; return each request with its answer."""

    def run(*faults, key=KEY, numbers=range(FIRST, FIRST + 60), **settings):
        lab = GatewayLab.build(gateway, tmp_path / f"{key}{''.join(faults)}.sqlite", *faults, **settings)
        lab.run(numbers, key=key, contacts=True, rate="600/min", max_outage_s=5.0)
        return lab.sent

    return run


def test_a_list_and_the_contacts_of_its_session(contract, exchanges):
    for request, response in exchanges():
        contract.hold(request, response)
    assert contract.seen >= 4


@pytest.mark.parametrize("fault", FAULTS)
def test_each_refusal(contract, exchanges, fault):
    for request, response in exchanges(f"{fault}@1+3s", numbers=range(FIRST, FIRST + 3)):
        contract.hold(request, response)
    assert contract.seen


@pytest.mark.parametrize("key", [REFUSED_KEY, UNLICENSED_KEY, SPENT_KEY])
def test_each_key_that_is_not_served(contract, exchanges, key):
    for request, response in exchanges(key=f"{key}_canary_1", numbers=[FIRST]):
        contract.hold(request, response)
    assert contract.seen


def test_a_number_that_is_refused(contract, exchanges):
    for request, response in exchanges(numbers=[FIRST, INVALID]):
        contract.hold(request, response)
    assert contract.seen


def test_a_session_that_does_not_exist(contract, gateway, tmp_path):
    lab = GatewayLab.build(gateway, tmp_path / "gone.sqlite")
    lab.run([FIRST], session=f"{SESSION}9", max_outage_s=5.0)
    for request, response in lab.sent:
        contract.hold(request, response)
    assert contract.seen
