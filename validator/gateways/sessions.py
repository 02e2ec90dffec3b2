"""From a gateway's words about a session to its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validator.http.received import sound
from validator.model import SessionState, SessionStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from validator.http.exchange import Answer


def status_of(word: object, states: Mapping[str, SessionState]) -> SessionStatus:
    """Return what a gateway's word means, in whatever case it comes; unknown if it is none of the words.

    Args:
        word: as it came.
        states: the gateway's words in lower case.
    """
    text = sound(word) if isinstance(word, str) and word else "without a state"
    return SessionStatus(states.get(text.lower(), SessionState.UNKNOWN), text)


def require_own(answer: Answer, session: str, named: object) -> None:
    """Refuse an answer about another session: that one's state would vouch for this one's "no"s.

    Args:
        answer: the answer.
        session: the session asked about.
        named: what the answer calls it; anything but a text names none.

    Raises:
        BadAnswer: it names another one.
    """
    if isinstance(named, str) and named != session:
        raise answer.unlike("it is about another session than the one asked about")


def named(answer: Answer, rows: Sequence[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    """Return the rows of a list of sessions that have a name.

    Args:
        answer: the answer.
        rows: the list.
        field: where the name is.

    Raises:
        BadAnswer: there are rows, and none has one: this is another program's list, and not an empty one.
    """
    found = [row for row in rows if isinstance(row.get(field), str)]
    if rows and not found:
        raise answer.unlike("none of the sessions in it has a name")
    return found
