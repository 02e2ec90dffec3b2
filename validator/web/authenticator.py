"""Authentication of the page's owner, by a link that works once, or with a password."""

from __future__ import annotations

import secrets
from collections import deque
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# The most wrong passwords in this time. After these no password is accepted until the first of them is older.
MOST_WRONG, WRONG_S = 5, 60.0


class Authenticator:
    """Authenticates the page's owner. There is one valid link at a time, and it works once.

    Args:
        announce: called with the token of each new link.
        password: the password; None if the owner can sign in only by a link.
    """

    def __init__(self, announce: Callable[[str], None], password: str | None = None) -> None:
        self._announce = announce
        self._password = password
        self._token: str | None = None
        self._wrong: deque[float] = deque(maxlen=MOST_WRONG)
        self.ticket = secrets.token_urlsafe(32)
        """The value of the browser's cookie after the owner has signed in; valid until this process ends."""

    @property
    def has_password(self) -> bool:
        """Whether the owner can sign in with a password."""
        return self._password is not None

    def offer_link(self) -> None:
        """Announce a new link, unless the last one is still valid."""
        if self._token is None:
            self._token = secrets.token_urlsafe(32)
            self._announce(self._token)

    def accepts_link(self, token: str) -> bool:
        """Return whether a link's token is valid; a valid token becomes invalid."""
        if self._token is None or not _same(token, self._token):
            return False
        self._token = None
        return True

    def accepts_password(self, text: str, now_s: float) -> bool:
        """Return whether a text is the password; False after too many wrong ones.

        Args:
            text: the text that was entered.
            now_s: the time in seconds, from any origin.
        """
        if self._password is None or not self.may_try_password(now_s):
            return False
        if _same(text, self._password):
            return True
        self._wrong.append(now_s)
        return False

    def may_try_password(self, now_s: float) -> bool:
        """Return whether a password may be tried now."""
        return len(self._wrong) < MOST_WRONG or now_s - self._wrong[0] >= WRONG_S

    def accepts_ticket(self, ticket: str) -> bool:
        """Return whether a cookie's value is valid."""
        return _same(ticket, self.ticket)


def _same(one: str, other: str) -> bool:
    """Compare in constant time, so that the time reveals nothing, not even the length."""
    return secrets.compare_digest(*(sha256(text.encode()).digest() for text in (one, other)))
