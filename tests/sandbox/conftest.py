from __future__ import annotations

from dataclasses import dataclass

import anyio
import httpx
import pytest
import trio.testing

from validator.sandbox import Sandbox, SandboxConfig, create_app

START_UNIX_S = 1_800_000_000
CONNECTED = "sess_01H8BKF0000000000000000Z2T"


@dataclass
class Api:
    """A client of one sandbox without a socket, on virtual time that starts at 0."""

    client: httpx.AsyncClient
    app: Sandbox
    session_id: str = CONNECTED

    async def get(self, path, **query):
        return await self.client.get(path, params=query)

    async def check(self, number, **query):
        return await self.get(
            f"/whatsapp/contacts/%2B{number[1:]}/check", session_id=self.session_id, **query
        )

    async def control(self, method, path, **kwargs):
        return await self.client.request(method, f"http://sandbox{path}", **kwargs)


@pytest.fixture
def talk():
    """Run an async scenario, which takes an `Api`, against a sandbox of its own; return what it returns."""

    def run(scenario, *, key="sk_live_abc", **settings):
        async def main():
            app = create_app(SandboxConfig(**settings), wall=lambda: START_UNIX_S + anyio.current_time())
            headers = {"authorization": f"Bearer {key}"} if key else {}
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://sandbox/v1", headers=headers
            ) as client:
                try:
                    return await scenario(Api(client, app))
                finally:
                    app.log.close()

        clock = trio.testing.MockClock(autojump_threshold=0)
        return anyio.run(main, backend="trio", backend_options={"clock": clock})

    return run


@pytest.fixture
def check(talk):
    """Check one number once and return the response."""

    def run(number="+447700900001", **settings):
        async def scenario(api):
            return await api.check(number)

        return talk(scenario, **settings)

    return run


@pytest.fixture
def get(talk):
    """Make one request and return the response."""

    def run(path, query=None, **settings):
        async def scenario(api):
            return await api.get(path, **(query or {}))

        return talk(scenario, **settings)

    return run
