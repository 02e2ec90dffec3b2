"""Signing in: by a link that is good for once, or with a password; then a cookie shows that it was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from validator.web.guard import OPENING
from validator.web.pages import render
from validator.web.upload import fields_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from validator.web.door import Door

SIGN_IN = "/sign-in"
STATIC = "/static"
_COOKIE = "validator"

SPENT_LINK = (
    "This link was used before, or is not the latest one. "
    "Open the link that `validator web` has printed last in its terminal."
)
NO_LINK = "Nobody has signed in here. Open the link that `validator web` has printed in its terminal."
WRONG_PASSWORD = "That is not the password. Enter it again."  # noqa: S105 - words about one
TOO_MANY = "Too many wrong passwords. Wait a minute, then enter it again."


class Entrance:
    """Lets those in who have signed in, and gives the others a way to.

    Args:
        app: what lies behind.
        door: who may come in.
    """

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        request = Request(scope, receive)
        response = await self._response(request)
        await (response or self._app)(scope, receive, send)

    async def _response(self, request: Request) -> Response | None:
        """Return what answers a request about signing in, or one of somebody who has not; None for others."""
        path, method = request.url.path, request.method
        if path.startswith(f"{STATIC}/") and method == "GET":
            return None
        if path == OPENING and method == "GET":
            return self._opened(request)
        if path == SIGN_IN and self._door.has_password:
            return await self._signed_in(request) if method == "POST" else self._form()
        if self._door.takes_ticket(request.cookies.get(_COOKIE, "")):
            return None
        return self._outside()

    def _opened(self, request: Request) -> Response:
        if self._door.takes_link(request.query_params.get("token", "")):
            # A strict cookie is not sent after a redirect if the link was followed from elsewhere.
            return self._with_ticket(HTMLResponse(render("welcome.html.j2", {})))
        if self._door.takes_ticket(request.cookies.get(_COOKIE, "")):
            return RedirectResponse("/", status_code=303)
        self._door.offer_link()
        return self._form(SPENT_LINK, status=403)

    async def _signed_in(self, request: Request) -> Response:
        now_s = anyio.current_time()
        if not self._door.is_patient(now_s):
            return self._form(TOO_MANY, status=429)
        fields = await fields_of(request)
        if not self._door.takes_password(fields.get("password", ""), now_s):
            return self._form(WRONG_PASSWORD, status=403)
        return self._with_ticket(RedirectResponse("/", status_code=303))

    def _outside(self) -> Response:
        if self._door.has_password:
            return self._form(status=403)
        self._door.offer_link()
        return self._form(NO_LINK, status=403)

    def _form(self, notice: str = "", status: int = 200) -> Response:
        values = {"notice": notice, "has_password": self._door.has_password}
        return HTMLResponse(render("sign_in.html.j2", values), status_code=status)

    def _with_ticket(self, response: Response) -> Response:
        response.set_cookie(_COOKIE, self._door.ticket, path="/", httponly=True, samesite="strict")
        return response
