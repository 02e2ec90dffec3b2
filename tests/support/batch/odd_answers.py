"""An application before the sandbox that gives some requests the answer of something in between."""

import anyio
import httpx

BODIES = {
    "page": httpx.Response(200, html="<html><h1>Sign in to the network</h1></html>"),
    "empty": httpx.Response(200),
    "json": httpx.Response(200, json={"message": "no Route matched with those values"}),
}


class AnswersOddly:
    """Gives odd answers to some requests of those whose path ends in a word, and passes all others on.

    Args:
        app: the sandbox.
        status: that of the odd answers.
        body: what else is in them.
        odd: says whether a request, by its place among those, gets one, given the time.
        path: the end of their path.
    """

    def __init__(self, app, status, body, odd, path=""):
        self.app, self.log, self.world = app, app.log, app.world
        self._status, self._body, self._odd, self._path = status, body, odd, path
        self._requests = 0

    async def __call__(self, scope, receive, send):
        about = scope["path"].endswith(self._path)
        self._requests += about
        if not about or not self._odd(self._requests, anyio.current_time()):
            await self.app(scope, receive, send)
            return
        headers = [*self._body.headers.raw, (b"location", b"http://10.0.0.1/login?next=/")]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": self._body.content})
