"""Streams the progress of a run to every browser that shows it. The run does not depend on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from validator.web.pages import render

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from validator.web.runs import ActiveRun

# Slower than the display on a terminal, since a page would flicker.
_EVERY_S = 0.5


async def progress_events(find: Callable[[], ActiveRun | None]) -> AsyncIterator[str]:
    """Yield a server-sent event for each visible change, and one when the run has ended.

    Args:
        find: returns the run, or None once it has ended.
    """
    shown = ""
    while active := find():
        part = render("progress.html.j2", {"active": active})
        if part != shown:
            yield event("progress", part)
        shown = part
        await anyio.sleep(_EVERY_S)
    yield event("ended", "")


def event(name: str, text: str) -> str:
    """Return a server-sent event; its text may have several lines."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"event: {name}\n{lines}\n"
