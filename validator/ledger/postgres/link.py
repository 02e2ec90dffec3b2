"""A connection that reconnects when it is lost."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

from validator.errors import LedgerError
from validator.ledger.postgres.connection import MET_ANOTHER, connect, is_lost, message_of, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from validator.ledger.postgres.connection import Connection
    from validator.ledger_url import LedgerUrl

LOG = logging.getLogger(__name__)

Result = TypeVar("Result")

# A restart or a failover of the server takes less than this time; after it the run ends.
PATIENCE_S = 30.0
RETRY_S = 0.25

# If two transactions wait for each other, the server ends one of them, so the other goes on.
MOST_MEETINGS = 20


def _as_it_is(_: Connection) -> None:
    """Leave a new connection as it is."""


class Link:
    """A connection to a ledger that can reconnect.

    Args:
        url: the ledger.
        patience_s: how long to try to reconnect, in seconds.
        prepare: called with each new connection.

    Attributes:
        patience_s: as given.
    """

    def __init__(
        self,
        url: LedgerUrl,
        *,
        patience_s: float = PATIENCE_S,
        prepare: Callable[[Connection], None] = _as_it_is,
    ) -> None:
        self._url = url
        self.patience_s = patience_s
        self._prepare = prepare
        self._connection: Connection | None = None
        self._is_closed = False

    def open(self) -> Connection:
        """Return the connection; a new one gets one attempt only.

        Raises:
            LedgerError: it failed; the message says why.
        """
        with translated(self._url, "opened"):
            return self._connected()

    def rows(self, query: str, parameters: Mapping[str, Any] | Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a read-only query.

        Raises:
            LedgerError: the query failed.
        """
        return self.persist(lambda connection: connection.execute(query, parameters).fetchall(), "read")

    def persist(self, work: Callable[[Connection], Result], action: str) -> Result:
        """Call `work` with the connection, and again with a new one if the connection is lost meanwhile.

        Waits in the calling thread for an unreachable server, `patience_s` at most.

        Args:
            work: the work. It has to be safe to repeat, since a lost connection may have done it or not.
            action: the work's name for the error, as in "could not be read".

        Raises:
            LedgerError: the server stays unreachable, or refuses.
        """
        if self._is_closed:
            raise LedgerError(f"the ledger {self._url} could not be {action}: it was closed")
        until, meetings = None, 0
        while True:
            try:
                return work(self._connected())
            except psycopg.Error as error:
                meetings += error.sqlstate in MET_ANOTHER
                if error.sqlstate in MET_ANOTHER and meetings <= MOST_MEETINGS:
                    continue
                until = until or time.monotonic() + self.patience_s
                if not is_lost(error, self._connection) or time.monotonic() >= until:
                    raise LedgerError(message_of(self._url, action, error)) from None
                self._wait(error)

    def close(self) -> None:
        """Close the connection for good; a second call does nothing."""
        self._is_closed = True
        self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _wait(self, error: psycopg.Error) -> None:
        if self._connection is not None:
            LOG.warning("%s", message_of(self._url, "reached", error).partition(";")[0] + "; trying again")
        self._drop()
        time.sleep(RETRY_S)

    def _connected(self) -> Connection:
        if self._connection is None:
            connection = connect(self._url)
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection
