"""Who may come in: the owner, by a link that is good for once, or with a password."""

from __future__ import annotations

import secrets
from collections import deque
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# So many wrong passwords in a minute; then nobody comes in by password until the first of them is that old.
MOST_WRONG, WRONG_S = 5, 60.0


class Door:
    """Lets the owner in. There is one link at a time; it is good for once.

    Args:
        announce: called with the token of each new link.
        password: another way in; None for no such way.
    """

    def __init__(self, announce: Callable[[str], None], password: str | None = None) -> None:
        self._announce = announce
        self._password = password
        self._token: str | None = None
        self._wrong: deque[float] = deque(maxlen=MOST_WRONG)
        self.ticket = secrets.token_urlsafe(32)
        """What the browser shows once its owner has come in; good for as long as this process lives."""

    @property
    def has_password(self) -> bool:
        """Whether there is a way in by password."""
        return self._password is not None

    def offer_link(self) -> None:
        """Announce a new link, unless the last one is still good."""
        if self._token is None:
            self._token = secrets.token_urlsafe(32)
            self._announce(self._token)

    def takes_link(self, token: str) -> bool:
        """Return whether a link's token is the good one, which it is no more then."""
        if self._token is None or not _same(token, self._token):
            return False
        self._token = None
        return True

    def takes_password(self, text: str, now_s: float) -> bool:
        """Return whether a text is the password, unless it was guessed at too often of late.

        Args:
            text: what was entered.
            now_s: seconds from any origin.
        """
        if self._password is None or not self.is_patient(now_s):
            return False
        if _same(text, self._password):
            return True
        self._wrong.append(now_s)
        return False

    def is_patient(self, now_s: float) -> bool:
        """Return whether a password is looked at now."""
        return len(self._wrong) < MOST_WRONG or now_s - self._wrong[0] >= WRONG_S

    def takes_ticket(self, ticket: str) -> bool:
        """Return whether a ticket is the good one."""
        return _same(ticket, self.ticket)


def _same(one: str, other: str) -> bool:
    """Compare in a time that tells nothing, not even the length."""
    return secrets.compare_digest(*(sha256(text.encode()).digest() for text in (one, other)))
