"""What somebody has to do about a session, by its gateway."""

import pytest

from validator.gateways.registry import GATEWAYS, capabilities_of
from validator.gateways.remedies import remedy_of
from validator.model import SessionState


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_each_gateway_says_how_a_phone_is_linked_again(gateway):
    capabilities = capabilities_of(gateway)

    assert remedy_of(SessionState.NEEDS_PERSON, capabilities) == capabilities.link_again
    assert "QR code" in capabilities.link_again or "dashboard" in capabilities.link_again


def test_every_state_but_ready_has_a_remedy():
    capabilities = capabilities_of("sendapi")

    silent = [state for state in SessionState if not remedy_of(state, capabilities)]
    assert silent == [SessionState.READY]
