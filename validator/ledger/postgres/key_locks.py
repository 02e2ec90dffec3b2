"""Locks so that only one run at a time uses a key, on any machine: advisory locks that end with a connection.

A run notices a lost connection when it next checks the lock, and ends. The server may have released the lock
before that. So a run that takes over a lock that was not released in order waits until the other run must
have noticed.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import psycopg

from validator.errors import Busy, LedgerError
from validator.ledger.postgres.connection import connect, require_writable, translated
from validator.ledger.postgres.schema import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from validator.ledger.postgres.connection import Connection
    from validator.ledger_url import LedgerUrl

# A run checks each second; a check fails within three seconds; the rest is time to stop the next requests.
FENCE_S = 6.0

LOCK = "SELECT pg_try_advisory_lock(%s)"
HOLDER = "SELECT holder, to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM keys WHERE key = %s"
LAST_SEEN_S = "SELECT extract(epoch FROM clock_timestamp() - seen_at)::float8 FROM keys WHERE key = %s"
SIGN = """
    INSERT INTO keys VALUES (%s, %s, clock_timestamp(), clock_timestamp())
    ON CONFLICT (key) DO UPDATE
    SET holder = excluded.holder, since = excluded.since, seen_at = excluded.seen_at
"""
LOOK = "UPDATE keys SET seen_at = clock_timestamp() WHERE key = ANY (%s)"
LEAVE = "DELETE FROM keys WHERE key = ANY (%s)"


class KeyLocks:
    """The locks of a run's keys, on a separate connection."""

    can_be_lost = True

    def __init__(self, url: LedgerUrl, connection: Connection, keys: Sequence[str]) -> None:
        self._url = url
        self._connection = connection
        self._keys = list(keys)
        self._is_looking = False

    @classmethod
    def take(
        cls,
        url: LedgerUrl,
        keys: Sequence[str],
        *,
        holder: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Self:
        """Take the locks of all keys, or of none. Waits if the run before was cut off just now.

        Args:
            url: the ledger.
            keys: the fingerprints of the keys.
            holder: text by which the user recognises this run and its machine.
            sleep: waits.

        Raises:
            Busy: another run holds one of them; the message names the run.
            LedgerError: there is no such ledger.
        """
        with translated(url, "opened"):
            connection = connect(url)
            try:
                require_writable(connection, url)
                migrate(connection, url)
                for key in keys:
                    _take(connection, key, holder, sleep)
            except BaseException:
                connection.close()
                raise
        return cls(url, connection, keys)

    def look(self) -> None:
        """Check that the locks are still held.

        Raises:
            LedgerError: their connection is lost, and other runs may take the keys soon.
        """
        self._is_looking = True
        try:
            self._connection.execute(LOOK, (self._keys,))
            self._is_looking = False
        except psycopg.Error:
            raise LedgerError(
                f"the connection to the ledger {self._url} that holds the key's lock was lost, and another "
                "run may have the key now"
            ) from None

    def release(self) -> None:
        """Release the locks; a second call does nothing."""
        # While a check has no answer yet, this statement would have to wait for it.
        if not (self._connection.closed or self._is_looking):
            with suppress(psycopg.Error):
                self._connection.execute(LEAVE, (self._keys,))
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _take(connection: Connection, key: str, holder: str, sleep: Callable[[float], None]) -> None:
    if connection.execute(LOCK, (int(key, 16),)).fetchone() != (True,):
        who, since = connection.execute(HOLDER, (key,)).fetchone() or ("another run", "just now")
        raise Busy(f"this API key is in use by {who} since {since} UTC; wait for it to end, or stop it")
    row = connection.execute(LAST_SEEN_S, (key,)).fetchone()
    if row and row[0] < FENCE_S:
        sleep(FENCE_S - row[0])
    connection.execute(SIGN, (key, holder))
