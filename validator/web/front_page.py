"""The first page, with lists, key and suppression lists, and the page with earlier runs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from validator.errors import UsageError
from validator.ledger import read
from validator.reports.wording import duration_text
from validator.web.lists import Choices
from validator.web.pages import render
from validator.web.reading import columns_of, page_text
from validator.web.upload import fields_of, uploaded

if TYPE_CHECKING:
    from starlette.requests import Request

    from validator.ledger import RunRecord
    from validator.ledger_url import Location
    from validator.web.lists import StoredList
    from validator.web.parts import Parts

_MOST_RUNS = 200


class FrontPage:
    """Handles the addresses that are not about one list."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @property
    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/", self.show),
            Route("/lists", self.add_list, methods=["POST"]),
            Route("/key", self.enter_key, methods=["POST"]),
            Route("/key/forget", self.forget_key, methods=["POST"]),
            Route("/suppress", self.add_opt_outs, methods=["POST"]),
            Route("/suppress/remove", self.remove_opt_outs, methods=["POST"]),
            Route("/history", self.history),
        ]

    async def show(self, _: Request) -> Response:
        """Return the first page."""
        return HTMLResponse(self.page())

    def page(self, notice: str = "") -> str:
        """Return the first page, with a notice if there is one."""
        parts = self._parts
        values = {
            "notice": notice,
            "lists": [(one, self._standing(one)) for one in parts.lists.all()],
            "key": parts.key.key,
            "key_place": parts.key.where,
            "gateway": parts.runs.provider.capabilities.title,
            "opt_outs": [path.name for path in parts.opt_outs.paths()],
            "most": f"{parts.max_upload / 1e6:,.0f} MB",
        }
        return render("front.html.j2", values)

    def _standing(self, stored: StoredList) -> str:
        """Return the state of a list in a word or two."""
        check, sample = (self._parts.runs.state_of(stored, kind) for kind in ("check", "sample"))
        if check is not None:
            return f"check {check}"
        return "new" if sample is None else f"sample {sample}"

    async def add_list(self, request: Request) -> Response:
        """Add an uploaded list."""
        parts = self._parts
        async with uploaded(request, parts.folder, parts.max_upload) as (name, path):
            stored = parts.lists.add(name, path)
        try:
            source = parts.lists.source(stored)
            await anyio.to_thread.run_sync(columns_of, source, Choices())
        except BaseException:
            parts.lists.remove(stored)
            raise
        return RedirectResponse(f"/lists/{stored.id}", status_code=303)

    async def enter_key(self, request: Request) -> Response:
        """Store the key. It is never sent back to the browser."""
        fields = await fields_of(request)
        if not fields.get("key"):
            raise UsageError("no key was entered; paste it from the provider's dashboard")
        keep = bool(fields.get("keep"))
        await anyio.to_thread.run_sync(lambda: self._parts.key.enter(fields["key"], keep=keep))
        return _home()

    async def forget_key(self, _: Request) -> Response:
        """Forget the key, also in the keyring."""
        await anyio.to_thread.run_sync(self._parts.key.forget)
        return _home()

    async def add_opt_outs(self, request: Request) -> Response:
        """Add an uploaded suppression list."""
        parts = self._parts
        async with uploaded(request, parts.folder, parts.max_upload) as (name, path):
            await anyio.to_thread.run_sync(parts.opt_outs.add, name, path)
        return _home()

    async def remove_opt_outs(self, request: Request) -> Response:
        """Remove a suppression list."""
        fields = await fields_of(request)
        self._parts.opt_outs.remove(fields.get("name", ""))
        return _home()

    async def history(self, _: Request) -> Response:
        """Return the page with the latest runs of the ledger."""
        runs = await anyio.to_thread.run_sync(_runs_of, self._parts.runs.provider.ledger)
        return HTMLResponse(render("history.html.j2", {"runs": runs, "notice": ""}))


def _home() -> Response:
    return RedirectResponse("/", status_code=303)


def _runs_of(ledger: Location) -> list[dict[str, str]]:
    with read(ledger) as reader:
        return [_run(record) for record in reader.runs(_MOST_RUNS)]


def _run(record: RunRecord) -> dict[str, str]:
    """Return a run in words; a killed run has no end and no verdicts."""
    summary: dict[str, Any] = json.loads(record.summary_json or "{}")
    verdicts = summary.get("verdicts", {})
    started = datetime.fromtimestamp(record.started_at_ms / 1000, UTC)
    took_s = ((record.finished_at_ms or record.started_at_ms) - record.started_at_ms) / 1000
    why = summary.get("stopped_because")
    return {
        "started": f"{started:%Y-%m-%d %H:%M} UTC",
        "command": record.command,
        "list": record.input_name,
        "took": duration_text(took_s) if record.finished_at_ms else "",
        "end": _end_of(record, page_text(why or "")),
        "verdicts": ", ".join(f"{word} {count:,}" for word, count in verdicts.items() if count),
    }


def _end_of(record: RunRecord, why: str) -> str:
    if record.exit_code is None:
        return "did not come to its end"
    return why or ("done" if record.exit_code == 0 else f"exit code {record.exit_code}")
