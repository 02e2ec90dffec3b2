"""A run as it goes on, sent to every browser that watches. The run does not depend on any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from validator.web.pages import render

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from validator.web.runs import Going

# As often as a terminal's display is drawn anew, it would flicker for readers of a page.
_EVERY_S = 0.5


async def progress_events(find: Callable[[], Going | None]) -> AsyncIterator[str]:
    """Yield a server-sent event for each change that is worth showing, and one when the run has ended.

    Args:
        find: returns the run, or None once it has ended.
    """
    shown = ""
    while going := find():
        part = render("progress.html.j2", {"going": going})
        if part != shown:
            yield event("progress", part)
        shown = part
        await anyio.sleep(_EVERY_S)
    yield event("ended", "")


def event(name: str, text: str) -> str:
    """Return a server-sent event; its text may have several lines."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"event: {name}\n{lines}\n"
