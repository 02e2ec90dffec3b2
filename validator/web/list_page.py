"""The page of one list: how it is read, the plan, the run, and the results."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import anyio.to_thread
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from validator.batch.recipients.job import Several
from validator.errors import Busy
from validator.phone import Numbers
from validator.ranges import SAMPLE_SIZE
from validator.web.list_preview import plan_words, preview_list, reason_words
from validator.web.lists import REPORT, Choices, Missing, RunState
from validator.web.pages import render
from validator.web.reading import problems_of, usable
from validator.web.sessions import sessions_of
from validator.web.upload import fields_of
from validator.web.watching import progress_events

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.requests import Request

    from validator.web.lists import Kind, StoredList
    from validator.web.parts import Parts

# The report is one file with its styles inside. It has no scripts, and none may run in it. It links to files
# in the same folder.
_REPORT_POLICY = (
    "sandbox allow-same-origin allow-downloads; default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'"
)

# States after which the files belong to the list as it is read now.
_WITH_FILES = frozenset({RunState.DONE, RunState.STOPPED})
_UNFINISHED = frozenset({RunState.PAUSED, RunState.STOPPED, RunState.FAILED})


class ListPage:
    """Handles the addresses that are about one list."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @property
    def routes(self) -> list[Route]:
        """Its addresses."""
        posts = {
            "reading": self.read_again,
            "sample": self.start_sample,
            "check": self.start_check,
            "pause": self.pause,
            "stop": self.stop,
            "remove": self.remove,
        }
        return [
            Route("/lists/{id}", self.show),
            Route("/lists/{id}/reading", self.reading, methods=["GET"]),
            Route("/lists/{id}/sessions", self.sessions),
            Route("/lists/{id}/progress", self.progress),
            Route("/lists/{id}/files/", self.report),
            Route("/lists/{id}/files/{name}", self.file),
            *(Route(f"/lists/{{id}}/{name}", answer, methods=["POST"]) for name, answer in posts.items()),
        ]

    def _list(self, request: Request) -> StoredList:
        return self._parts.lists.get(request.path_params["id"])

    async def show(self, request: Request) -> Response:
        """Return the page of a list."""
        return HTMLResponse(self.page(self._list(request)))

    def page(self, stored: StoredList, notice: str = "", reading: Mapping[str, object] | None = None) -> str:
        """Return the page of a list, with a notice if there is one.

        The browser asks for how the list is read afterwards, unless the values for that part are given.
        """
        runs = self._parts.runs
        check, sample = (runs.state_of(stored, kind) for kind in ("check", "sample"))
        values = {
            "notice": notice,
            "list": stored,
            "active": runs.of(stored),
            "check_state": check,
            "sample_state": sample,
            "can_go_on": check in _UNFINISHED,
            "files": self._parts.lists.meanings(stored) if check in _WITH_FILES else [],
            "is_read": reading is not None,
        }
        return render("list.html.j2", {**values, **(reading or {})})

    async def reading(self, request: Request) -> Response:
        """Return the part of the page that shows how a list is read, and the plan."""
        stored = self._list(request)
        return HTMLResponse(render("reading.html.j2", await self._reading(stored, stored.choices)))

    async def _reading(self, stored: StoredList, entered: Choices) -> dict[str, object]:
        """Return the values of that part: the list as it is read now, and the forms as they were entered.

        A choice that an older version has stored may be wrong: the list is shown without it.
        """
        parts, runs = self._parts, self._parts.runs
        source, gateway = parts.lists.source(stored), runs.provider.gateway
        list_preview = await anyio.to_thread.run_sync(
            preview_list, source, usable(stored.choices), runs.options, gateway
        )
        return {
            "list": stored,
            "choices": entered,
            "problems": problems_of(entered),
            "list_preview": list_preview,
            "plan": plan_words(list_preview.preview.plan) if list_preview.preview else None,
            "reason_words": reason_words,
            "numbers": list(Numbers),
            "several": list(Several),
            "host": runs.provider.host,
            "session": entered.session or runs.provider.session,
            "has_key": parts.key.key is not None,
            "size": SAMPLE_SIZE,
        }

    async def _refused(self, request: Request, stored: StoredList, entered: Choices) -> Response:
        """Return the forms as they were entered, with what is wrong at each field; nothing is stored."""
        reading = await self._reading(stored, entered)
        is_part = "hx-request" in request.headers
        page = render("reading.html.j2", reading) if is_part else self.page(stored, reading=reading)
        return HTMLResponse(page, status_code=422)

    async def read_again(self, request: Request) -> Response:
        """Read a list in another way; the results of the earlier way are deleted."""
        stored, fields = self._list(request), await fields_of(request)
        if self._parts.runs.of(stored):
            raise Busy("this list is being checked; pause or stop that first, then change how it is read")
        before, entered = stored, _chosen(stored.choices, fields)
        if fields.keys() & problems_of(entered).keys():
            return await self._refused(request, stored, entered)
        stored = self._parts.lists.choose(stored, entered)
        if "hx-request" not in request.headers:
            return _back_to(stored)
        # Deleted results are on another part of the page, so the whole page is loaded again.
        had_results = (before.sample, before.check) != (stored.sample, stored.check)
        headers = {"HX-Refresh": "true"} if had_results else None
        part = render("reading.html.j2", await self._reading(stored, stored.choices))
        return HTMLResponse(part, headers=headers)

    async def sessions(self, request: Request) -> Response:
        """Return a choice of the key's sessions, or a field to enter one with the reason."""
        stored, parts = self._list(request), self._parts
        found, problem = await sessions_of(parts.key, parts.runs)
        entered = request.query_params.get("session", "")
        chosen = entered or stored.choices.session or parts.runs.provider.session
        values = {"sessions": found, "problem": problem, "session": chosen}
        return HTMLResponse(render("sessions.html.j2", values))

    async def start_sample(self, request: Request) -> Response:
        """Start a sample of the list."""
        return await self._started(request, "sample")

    async def start_check(self, request: Request) -> Response:
        """Start or resume the check of the list."""
        return await self._started(request, "check")

    async def _started(self, request: Request, kind: Kind) -> Response:
        """Start a run with the choices of the form; fields that it lacks keep their earlier values."""
        stored, fields = self._list(request), await fields_of(request)
        if self._parts.runs.of(stored) is None:
            entered = _chosen(stored.choices, fields)
            if problems_of(entered):
                return await self._refused(request, stored, entered)
            stored = self._parts.lists.choose(stored, entered)
        self._parts.runs.start(stored, kind)
        return _back_to(stored)

    async def pause(self, request: Request) -> Response:
        """Finish the requests in flight, and write no file."""
        stored = self._list(request)
        self._parts.runs.pause(stored)
        return _back_to(stored)

    async def stop(self, request: Request) -> Response:
        """Finish the requests in flight, and write the files with the answers so far."""
        stored = self._list(request)
        self._parts.runs.stop(stored)
        return _back_to(stored)

    async def progress(self, request: Request) -> Response:
        """Stream the progress of the run until it ends; closing the page only ends the stream."""
        find = partial(self._parts.runs.of, self._list(request))
        return StreamingResponse(progress_events(find), media_type="text/event-stream")

    async def report(self, request: Request) -> Response:
        """Return the report of the last check, for the browser to show."""
        path = self._written(request, REPORT)
        return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": _REPORT_POLICY})

    async def file(self, request: Request) -> Response:
        """Return a file that the last check has written, as a download."""
        name = request.path_params["name"]
        path = self._written(request, name)
        return FileResponse(path, media_type="application/octet-stream", filename=name)

    def _written(self, request: Request, name: str) -> Path:
        """Return a file of the last check; raises `Missing` until the check has ended."""
        stored = self._list(request)
        is_over = self._parts.runs.state_of(stored, "check") in _WITH_FILES
        written = self._parts.lists.files(stored) if is_over else {}
        if name not in written:
            raise Missing
        return written[name]

    async def remove(self, request: Request) -> Response:
        """Remove the list and its files."""
        stored = self._list(request)
        if self._parts.runs.of(stored):
            raise Busy("this list is being checked; stop that first, then remove it")
        await anyio.to_thread.run_sync(self._parts.lists.remove, stored)
        return RedirectResponse("/", status_code=303)


def _chosen(before: Choices, fields: dict[str, str]) -> Choices:
    """Return the choices after a form; fields that it does not have keep their values."""
    names = {one.name for one in dataclass_fields(Choices)}
    return replace(before, **{name: value for name, value in fields.items() if name in names})


def _back_to(stored: StoredList) -> Response:
    return RedirectResponse(f"/lists/{stored.id}", status_code=303)
