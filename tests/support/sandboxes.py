"""Sandboxes on loopback ports, beside the tests."""

from contextlib import contextmanager

import anyio
import anyio.from_thread

from validator.sandbox import SandboxConfig, create_app, listen, serve_async


@contextmanager
def served(**settings):
    """Serve a sandbox; give its application and its base URL."""
    app = create_app(SandboxConfig(**{"plan": "unlimited"} | settings))
    with anyio.from_thread.start_blocking_portal("asyncio") as portal, listen() as listener:
        stop, ready = portal.call(anyio.Event), portal.call(anyio.Event)

        async def run():
            await serve_async(app, listener, stop, on_ready=lambda _: ready.set())

        running = portal.start_task_soon(run)
        portal.call(ready.wait)
        try:
            yield app, f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        finally:
            portal.call(stop.set)
            running.result()
