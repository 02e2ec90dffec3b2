"""The page as an ASGI application: its addresses, their handlers, and the middleware."""

from __future__ import annotations

import errno
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from validator.errors import Busy, ValidatorError
from validator.web.front_page import FrontPage
from validator.web.guard import Guard
from validator.web.list_page import ListPage
from validator.web.lists import Missing
from validator.web.pages import render
from validator.web.reading import page_text
from validator.web.sign_in import STATIC, SignIn
from validator.web.upload import TooLarge

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from validator.web.guard import Hosts
    from validator.web.parts import Parts

_NOT_HERE = "There is nothing at this address. The list may have been removed; go back to the first page."

_CRASHED = (
    "Internal error, a bug of this program; its log says more. Runs go on, and no recorded answer is lost."
)


def create_app(parts: Parts, hosts: Hosts) -> ASGIApp:
    """Return the page as an ASGI application.

    Args:
        parts: the objects that handlers share.
        hosts: the host names of the page.
    """
    front, one_list = FrontPage(parts), ListPage(parts)

    async def refused(request: Request, error: Exception) -> Response:
        """Show the error on the page of the list, or on the first page."""
        text = f"this machine refuses: {error.strerror}" if isinstance(error, OSError) else str(error)
        notice, status = page_text(text), _status_of(error)
        try:
            page = one_list.page(parts.lists.get(request.path_params.get("id", "")), notice)
        except Missing:
            page = front.page(notice)
        return HTMLResponse(page, status_code=status)

    app = Starlette(
        routes=[
            *front.routes,
            *one_list.routes,
            Route(f"{STATIC}/report.css", _report_style),
            Mount(STATIC, StaticFiles(directory=str(files("validator.web") / "static"))),
        ],
        exception_handlers={
            ValidatorError: refused,
            OSError: refused,
            Missing: _missing,
            HTTPException: _missing,
            Exception: _crashed,
        },
    )
    app.router.redirect_slashes = False
    return Guard(SignIn(app, parts.authenticator), hosts)


def _status_of(error: Exception) -> int:
    match error:
        case TooLarge():
            return 413
        case Busy():
            return 409
        case OSError(errno=errno.ENOSPC | errno.EDQUOT | errno.EFBIG):
            return 507
        case OSError():
            return 500
        case _:
            return 422


async def _report_style(_: Request) -> Response:
    """Return the style sheet of reports, which the page also uses."""
    return FileResponse(str(files("validator.reports.page") / "page.css"))


async def _crashed(_: Request, __: Exception) -> Response:
    return HTMLResponse(
        render("notice.html.j2", {"title": "Internal error", "notice": _CRASHED}), status_code=500
    )


async def _missing(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return HTMLResponse(
        render("notice.html.j2", {"title": "Not found", "notice": _NOT_HERE}), status_code=status
    )
