"""Reads a gateway's words about a session as a session state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validator.http.received import clean_text
from validator.model import SessionState, SessionStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from validator.http.exchange import Answer


def status_of(word: object, states: Mapping[str, SessionState]) -> SessionStatus:
    """Return the session state that a gateway's word means, in upper or lower case; unknown for other words.

    Args:
        word: the word from the answer.
        states: the gateway's words in lower case, and their states.
    """
    text = clean_text(word) if isinstance(word, str) and word else "without a state"
    return SessionStatus(states.get(text.lower(), SessionState.UNKNOWN), text)


def require_same_session(answer: Answer, session: str, named: object) -> None:
    """Refuse an answer about another session, whose state could confirm this session's "no"s by mistake.

    Args:
        answer: the answer.
        session: the session asked about.
        named: the session's name in the answer; if it is no text, the answer names none and is accepted.

    Raises:
        BadAnswer: the answer names another session.
    """
    if isinstance(named, str) and named != session:
        raise answer.unusable("it is about another session than the one asked about")


def named_rows(answer: Answer, rows: Sequence[dict[str, Any]], field: str) -> list[dict[str, Any]]:
    """Return the rows of a list of sessions that have a name.

    Args:
        answer: the answer.
        rows: the list.
        field: the field with the name.

    Raises:
        BadAnswer: there are rows and none has a name: it is the list of another program.
    """
    found = [row for row in rows if isinstance(row.get(field), str)]
    if rows and not found:
        raise answer.unusable("none of the sessions in it has a name")
    return found
