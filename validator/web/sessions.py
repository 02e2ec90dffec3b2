"""Lists the sessions of the key, for a choice on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from validator.batch.connected import connected
from validator.errors import ValidatorError
from validator.reports import NoProgress
from validator.web.lists import Choices
from validator.web.reading import page_text

if TYPE_CHECKING:
    from validator.gateways.gateway import SessionReply
    from validator.web.key import KeyHolder
    from validator.web.runs import Provider, Runs

# Short, since the user waits for it in front of the page.
_MOST_S = 15.0


async def sessions_of(key: KeyHolder, runs: Runs) -> tuple[tuple[SessionReply, ...], str]:
    """Return the sessions of the key and an empty text; or no session, and the problem with a remedy."""
    if not runs.provider.capabilities.lists_sessions:
        return (), f"{runs.provider.capabilities.title} does not list its sessions; enter the session's name"
    try:
        with anyio.fail_after(_MOST_S):
            async with runs.provider_for_listing() as provider:
                return await _look(key, provider), ""
    except TimeoutError:
        return (), "the provider has not listed the sessions in time; enter the session's id"
    except ValidatorError as error:
        return (), page_text(str(error))


async def _look(key: KeyHolder, provider: Provider) -> tuple[SessionReply, ...]:
    settings = provider.key_settings(key.required(), Choices())
    async with connected(settings, NoProgress(), max_wait_s=_MOST_S, ledger=provider.ledger) as found:
        gateway, through, _ = found
        reply = await through(gateway.sessions)
    return reply.sessions
