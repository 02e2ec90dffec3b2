"""Transactions that are done exactly once, even if their connection is lost.

If a connection is lost during a commit, it is not known whether the commit was done. So each transaction
first increments the counter in its writer's row of `writers`. A second attempt then waits until the server
has ended the first, and changes nothing if that was committed. The row also holds the return value.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.types.json import Jsonb

from validator.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.ledger.postgres.connection import Connection
    from validator.ledger.postgres.link import Link
    from validator.ledger_url import LedgerUrl

Result = TypeVar("Result")

# Rows of killed writers are not needed any more once their connection has ended.
FORGET_DEAD = "DELETE FROM writers WHERE seen_at < clock_timestamp() - interval '30 days'"
ENTER = "INSERT INTO writers (id, holder) VALUES (%s, %s) ON CONFLICT DO NOTHING"
LEAVE = "DELETE FROM writers WHERE id = %s"
BEGIN = """
    UPDATE writers SET transaction = %(number)s, result = NULL, seen_at = clock_timestamp()
    WHERE id = %(id)s AND transaction < %(number)s
"""
RESULT = "SELECT transaction, result FROM writers WHERE id = %s"
KEEP = "UPDATE writers SET result = %s WHERE id = %s"


class Transactions:
    """The transactions of one writer, one after the other.

    Args:
        url: the ledger.
        link: the writer's connection.
        holder: text by which the user recognises this run.
    """

    def __init__(self, url: LedgerUrl, link: Link, holder: str) -> None:
        self._url = url
        self._link = link
        self._id = uuid.uuid4()
        self._number = 0
        link.persist(lambda connection: connection.execute(FORGET_DEAD), "written")
        link.persist(lambda connection: connection.execute(ENTER, (self._id, holder)), "written")

    def run(self, body: Callable[[Connection], Result]) -> Result:
        """Run the body as one transaction, durable when this returns. Waits for an unreachable server.

        Args:
            body: the work, repeated from the beginning if needed; its return value must fit into JSON.

        Raises:
            LedgerError: it is not durable: the server refuses, or stays unreachable.
        """
        self._number += 1
        return self._link.persist(lambda connection: self._once(connection, body), "written")

    def leave(self) -> None:
        """Delete this writer's row if the server is reachable; otherwise it is deleted later."""
        with suppress(LedgerError, psycopg.Error):
            self._link.open().execute(LEAVE, (self._id,))

    def _once(self, connection: Connection, body: Callable[[Connection], Result]) -> Result:
        with connection.transaction():
            begun = connection.execute(BEGIN, {"number": self._number, "id": self._id})
            if not begun.rowcount:
                earlier: Result = self._earlier_result(connection)
                return earlier
            result = body(connection)
            if result is not None:
                connection.execute(KEEP, (Jsonb(result), self._id))
            return result

    def _earlier_result(self, connection: Connection) -> Any:
        """Return the value of the transaction, which was committed before its connection was lost."""
        row = connection.execute(RESULT, (self._id,)).fetchone()
        if row is None or row[0] != self._number:
            raise LedgerError(
                f"the ledger {self._url} has lost what this run has written to it: a backup was put in its "
                "place, or another server that lags behind. Run the same command again"
            )
        return row[1]
