"""Signing in, by a link that works once, or with a password; a cookie then identifies the owner."""

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

    from validator.web.authenticator import Authenticator

SIGN_IN = "/sign-in"
STATIC = "/static"
_COOKIE = "validator"

SPENT_LINK = (
    "This link was used before, or is not the latest one. "
    "Open the link that `validator web` has printed last in its terminal."
)
NO_LINK = "You have not signed in yet. Open the link that `validator web` has printed in its terminal."
WRONG_PASSWORD = "That is not the password. Enter it again."  # noqa: S105 - words about one
TOO_MANY = "Too many wrong passwords. Wait a minute, then enter it again."


class SignIn:
    """Middleware that passes requests of the signed-in owner to the app, and shows others the sign-in page.

    Args:
        app: the application.
        authenticator: checks links, passwords and cookies.
    """

    def __init__(self, app: ASGIApp, authenticator: Authenticator) -> None:
        self._app = app
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it to the app."""
        request = Request(scope, receive)
        response = await self._response(request)
        await (response or self._app)(scope, receive, send)

    async def _response(self, request: Request) -> Response | None:
        """Return the response to a request about signing in or without a valid cookie; None to pass it on."""
        path, method = request.url.path, request.method
        if path.startswith(f"{STATIC}/") and method == "GET":
            return None
        if path == OPENING and method == "GET":
            return self._opened(request)
        if path == SIGN_IN and self._authenticator.has_password:
            return await self._signed_in(request) if method == "POST" else self._form()
        if self._authenticator.accepts_ticket(request.cookies.get(_COOKIE, "")):
            return None
        return self._outside()

    def _opened(self, request: Request) -> Response:
        if self._authenticator.accepts_link(request.query_params.get("token", "")):
            # A browser does not send a strict cookie after a redirect if the link was on another site.
            return self._with_ticket(HTMLResponse(render("welcome.html.j2", {})))
        if self._authenticator.accepts_ticket(request.cookies.get(_COOKIE, "")):
            return RedirectResponse("/", status_code=303)
        self._authenticator.offer_link()
        return self._form(SPENT_LINK, status=403)

    async def _signed_in(self, request: Request) -> Response:
        now_s = anyio.current_time()
        if not self._authenticator.may_try_password(now_s):
            return self._form(TOO_MANY, status=429)
        fields = await fields_of(request)
        if not self._authenticator.accepts_password(fields.get("password", ""), now_s):
            return self._form(WRONG_PASSWORD, status=403)
        return self._with_ticket(RedirectResponse("/", status_code=303))

    def _outside(self) -> Response:
        if self._authenticator.has_password:
            return self._form(status=403)
        self._authenticator.offer_link()
        return self._form(NO_LINK, status=403)

    def _form(self, notice: str = "", status: int = 200) -> Response:
        values = {"notice": notice, "has_password": self._authenticator.has_password}
        return HTMLResponse(render("sign_in.html.j2", values), status_code=status)

    def _with_ticket(self, response: Response) -> Response:
        response.set_cookie(_COOKIE, self._authenticator.ticket, path="/", httponly=True, samesite="strict")
        return response
