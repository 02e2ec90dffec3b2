"""Watching sessions: a line for each change, and trouble that passes."""

import anyio
import pytest

from validator.batch.watching.sessions import SessionChange, changes_between, watch
from validator.errors import Busy, MissingOrBadKey, ServerError
from validator.gateways.gateway import SessionReply
from validator.model import SessionState, SessionStatus


def seen(**words):
    """A look: each session with the gateway's word."""
    return [
        SessionReply(session=one, name=f"name of {one}", status=SessionStatus(SessionState.READY, word))
        for one, word in words.items()
    ]


def by_id(look):
    return {one.session: one for one in look}


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({}, {"a": "connected"}, [("a", "", "connected")]),
        ({"a": "connected"}, {"a": "connected"}, []),
        ({"a": "connected"}, {"a": "disconnected"}, [("a", "connected", "disconnected")]),
        ({"a": "connected"}, {}, [("a", "connected", "gone")]),
        ({"a": "x", "b": "y"}, {"b": "z", "c": "x"}, [("b", "y", "z"), ("c", "", "x"), ("a", "x", "gone")]),
    ],
)
def test_a_change_is_what_differs_between_two_looks(before, after, changes):
    found = changes_between(by_id(seen(**before)), by_id(seen(**after)))

    assert list(found) == [SessionChange(one, f"name of {one}", was, now) for one, was, now in changes]


@pytest.fixture
def watching(virtual):
    """Watch what these looks show, one after another; give the changes with their times, and the troubles."""

    def run(*looks, every_s=30.0):
        told, troubles, left = [], [], list(looks)

        async def look():
            if not left:
                await anyio.sleep_forever()
            found = left.pop(0)
            if isinstance(found, Exception):
                raise found
            return found

        async def scenario():
            with anyio.move_on_after(1_000):
                await watch(
                    look,
                    every_s=every_s,
                    on_change=lambda change: told.append((anyio.current_time(), change.status)),
                    on_trouble=troubles.append,
                )

        virtual(scenario)
        return [(at - told[0][0], status) for at, status in told], troubles

    return run


def test_sessions_are_looked_at_at_intervals_and_changes_told_once(watching):
    on, off = seen(a="connected"), seen(a="disconnected")

    told, troubles = watching(on, on, off, off, on)

    assert told == [(0, "connected"), (60, "disconnected"), (120, "connected")]
    assert troubles == []


def test_trouble_that_passes_is_told_once_and_its_end_too(watching):
    on = seen(a="connected")
    down, busy = ServerError("it is down", status=500), Busy("this API key is in use by pid 1")

    told, troubles = watching(on, down, down, busy, on, seen(a="pending"))

    assert troubles == ["it is down", ""]
    assert [status for _, status in told] == ["connected", "pending"]


def test_trouble_that_does_not_pass_ends_the_watch(watching):
    with pytest.raises(MissingOrBadKey, match="wrong key"):
        watching(seen(a="connected"), MissingOrBadKey("wrong key", status=401))
