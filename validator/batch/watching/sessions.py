"""Watches the sessions of a key: fetches their states at intervals, and reports changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import anyio

from validator.errors import ApiError, Busy, StoppedEarly, ValidatorError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from validator.gateways.gateway import SessionReply

GONE = "gone"


class SessionChange(NamedTuple):
    """A change of one session; `was` is empty for a new session."""

    session: str
    name: str
    was: str
    status: str


def changes_between(
    before: Mapping[str, SessionReply], after: Mapping[str, SessionReply]
) -> Iterator[SessionChange]:
    """Yield the changes between two looks: first those of present sessions, then sessions that are gone.

    Args:
        before: the replies of the first look, by session.
        after: the replies of the second look, by session.
    """
    for session, seen in after.items():
        was = str(before[session].status) if session in before else ""
        if was != str(seen.status):
            yield SessionChange(session, seen.name, was, str(seen.status))
    for session, seen in before.items():
        if session not in after:
            yield SessionChange(session, seen.name, str(seen.status), GONE)


async def watch(
    look: Callable[[], Awaitable[Sequence[SessionReply]]],
    *,
    every_s: float,
    on_change: Callable[[SessionChange], None],
    on_trouble: Callable[[str], None],
) -> None:
    """Look at the sessions until cancelled.

    Args:
        look: returns the sessions.
        every_s: how long to wait between two looks, in seconds.
        on_change: called for each change, and for each session of the first look.
        on_trouble: called with the reason when looks begin to fail, and with an empty text when they succeed
            again.

    Raises:
        ValidatorError: a look has failed, and waiting does not help.
    """
    before: dict[str, SessionReply] = {}
    trouble = ""
    while True:
        found = await _attempt(look)
        if isinstance(found, str):
            if not trouble:
                on_trouble(found)
            trouble = found
        else:
            if trouble:
                on_trouble("")
            after = {seen.session: seen for seen in found}
            for change in changes_between(before, after):
                on_change(change)
            before, trouble = after, ""
        await anyio.sleep(every_s)


async def _attempt(look: Callable[[], Awaitable[Sequence[SessionReply]]]) -> Sequence[SessionReply] | str:
    """Return the sessions, or why the look has failed."""
    try:
        return await look()
    except ValidatorError as error:
        if isinstance(error, Busy | StoppedEarly) or (isinstance(error, ApiError) and error.transient):
            return str(error)
        raise
