"""Something before a provider that answers on its own: nginx's `limit_req`, or nginx without the provider."""

from dataclasses import dataclass

import anyio

PAGE = b"<html><head><title>503 Service Temporarily Unavailable</title></head><body>nginx</body></html>"


@dataclass
class Front:
    """An application before another; `admits` says of the path and the time whether a request goes on."""

    app: object
    admits: object
    status: int = 503
    refused: int = 0

    async def __call__(self, scope, receive, send):
        if self.admits(scope["path"], anyio.current_time()):
            await self.app(scope, receive, send)
            return
        self.refused += 1
        headers = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": PAGE})

    @property
    def log(self):
        return self.app.log
