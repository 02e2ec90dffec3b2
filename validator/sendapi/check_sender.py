"""Sends checks without a task for each: a task takes more CPU time than all the rest of a check."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from validator.http.body import OBJECT_CAP_BYTES
from validator.model import MAX_DIGITS, Number
from validator.sendapi.address import check_path
from validator.sendapi.common_registration import read_registration

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.http.exchange import Exchange
    from validator.sendapi.answers import Registration

_LONGEST = Number(10 ** (MAX_DIGITS - 1))


class CheckSender:
    """Sends the requests of `contacts.check`, as callbacks and not as coroutines.

    Args:
        exchange: the exchange of the client.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._around_number: dict[str, tuple[bytes, bytes]] = {}

    def begin(
        self,
        number: Number,
        session_id: str,
        on_end: Callable[[Registration | Exception], None],
        *,
        on_unsolicited: Callable[[], None],
    ) -> Callable[[], None] | None:
        """Send a check over an idle connection and return without waiting; see `Exchange.begin`.

        Args:
            number: the number.
            session_id: the session that makes the check.
            on_end: called with what `contacts.check` returns or raises, or with `Unanswered`.
            on_unsolicited: see `ExchangeOptions`.

        Returns:
            A function that gives the check up: `on_end` is not called any more. None if nothing was sent, so
            that `contacts.check` has to do it.

        Raises:
            UsageError: the session id is not valid.
        """
        return self._exchange.begin(
            self.request(number, session_id),
            partial(read_registration, number),
            on_end,
            cap_bytes=OBJECT_CAP_BYTES,
            on_unsolicited=on_unsolicited,
        )

    def request(self, number: Number, session_id: str) -> bytes:
        """Return the bytes of a check's request. All but the number is made once for each session."""
        if session_id not in self._around_number:
            self._around_number[session_id] = self._parts(session_id)
        before, after = self._around_number[session_id]
        return b"%b%d%b" % (before, number, after)

    def _parts(self, session_id: str) -> tuple[bytes, bytes]:
        """Return what is before and after the digits of the number."""
        request = self._exchange.get_bytes(check_path(_LONGEST, session_id))
        # The last place, since the base URL may have any path.
        before, _, after = request.rpartition(b"%%2B%d/check" % _LONGEST)
        return before + b"%2B", b"/check" + after
