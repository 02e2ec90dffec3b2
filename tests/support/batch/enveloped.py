"""The provider in memory behind SendAPI's own client: each answer and refusal in the provider's words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import unquote

import anyio
import httpx

from tests.support.batch.laboratory import KEY, START_S
from validator.errors import InvalidPhone
from validator.gateways.sendapi import CAPABILITIES, SendApi
from validator.model import Number
from validator.sendapi import AsyncSendAPI

INVALID = {"type": "invalid_phone", "message": "The phone number is not a valid one.", "code": 4001}
ENVELOPES = {
    "nested": {"success": False, "error": {**INVALID, "request_id": "req_1"}},
    "with meta": {"success": False, "error": INVALID, "meta": {"request_id": "req_1"}},
    "of words": {"error": {"type": "invalid_request_error", "code": "invalid_phone", "param": "phone"}},
}


@dataclass
class Enveloped:
    """A `World` that is asked through SendAPI's client; the gateway of `Runs`."""

    world: object
    envelope: dict
    status: int = 422

    capabilities = CAPABILITIES
    host = "localhost"

    def __getattr__(self, name):
        return getattr(self.world, name)

    async def check(self, numbers, session):
        return await self._gateway().check(numbers, session)

    async def session_status(self, session):
        return await self.world.session_status(session)

    def _gateway(self):
        transport = httpx.MockTransport(self._answer)
        client = AsyncSendAPI(
            KEY,
            base_url="http://localhost/v1",
            transport=transport,
            wall_clock=lambda: START_S + anyio.current_time(),
        )
        return SendApi(client, self.host)

    async def _answer(self, request):
        number = Number.parse(unquote(request.url.path.split("/")[-2]))
        try:
            reply = await self.world.check([number], request.url.params["session_id"])
        except InvalidPhone:
            return httpx.Response(self.status, content=json.dumps(self.envelope))
        answer = {"phone": number.e164, "is_whatsapp_user": reply.result(number).is_whatsapp_user}
        return httpx.Response(200, json=answer)
