"""The log of the sandbox's requests. It proves, independent of the client, how often a number was checked."""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from io import TextIOBase
    from pathlib import Path

# The latest requests that are kept, about 30 MB. The counts include all requests.
MAX_ENTRIES = 100_000

_TOO_MANY = 429
_MINUTE_S = 60.0


class Entry(NamedTuple):
    """One request, recorded before its answer is sent.

    Attributes:
        time_s: its time on the sandbox's clock (`anyio.current_time`).
        wall_s: its time as a Unix time.
        method: the HTTP method.
        path: the path, decoded, without the query.
        number: the number that it asked about, or several, separated by commas; empty for other endpoints.
        session: the session that it named, or empty.
        key: a fingerprint of the API key; empty if none was sent.
        status: the HTTP status of the answer; 0 if the answer was not sent to its end.
        fault: the word of its fault, or empty.
        passed: whether the rate limiter admitted it.
    """

    time_s: float
    wall_s: float
    method: str
    path: str
    number: str
    session: str
    key: str
    status: int
    fault: str
    passed: bool


class KeyCounts:
    """The counts of one key.

    Attributes:
        requests: all requests, including refused ones.
        checks: the numbers asked about in requests that the rate limiter admitted.
        refusals: answers with status 429.
        most_in_a_minute: the most requests that the rate limiter admitted in any 60 seconds.
    """

    def __init__(self) -> None:
        self.requests = 0
        self.checks = 0
        self.refusals = 0
        self.most_in_a_minute = 0
        self._latest: deque[float] = deque()

    def add(self, entry: Entry) -> None:
        """Count one request."""
        self.requests += 1
        self.refusals += entry.status == _TOO_MANY
        if not entry.passed:
            return
        self.checks += len(entry.number.split(",")) if entry.number else 0
        self._latest.append(entry.time_s)
        while self._latest[0] <= entry.time_s - _MINUTE_S:
            self._latest.popleft()
        self.most_in_a_minute = max(self.most_in_a_minute, len(self._latest))

    def summary(self) -> dict[str, int]:
        """Return the counts for JSON."""
        return {
            "requests": self.requests,
            "checks": self.checks,
            "refusals": self.refusals,
            "most_in_a_minute": self.most_in_a_minute,
        }


class RequestLog:
    """All requests, and their counts, but for requests to the sandbox's own control paths.

    Args:
        path: a file to append one line of JSON a request to, or None. Each line is written at once, so that
            another process can read it even if this one dies.

    Raises:
        OSError: the file cannot be opened for appending.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self._file: TextIOBase | None = path.open("a", encoding="utf-8", buffering=1) if path else None
        self.clear()

    def clear(self) -> None:
        """Delete all entries and counts. The file stays as it is."""
        self.entries.clear()
        self.numbers: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.keys: defaultdict[str, KeyCounts] = defaultdict(KeyCounts)
        self._minutes: Counter[int] = Counter()
        self._minute_0 = 0

    def add(self, entry: Entry) -> None:
        """Count and keep one request, and write it to the file if there is one."""
        self.entries.append(entry)
        self.statuses[entry.status] += 1
        if entry.key:
            self.keys[entry.key].add(entry)
        if entry.passed and entry.number:
            self.numbers.update(entry.number.split(","))
        self._count_minute(int(entry.time_s // _MINUTE_S))
        if self._file is not None:
            self._file.write(json.dumps(entry._asdict()) + "\n")

    def _count_minute(self, minute: int) -> None:
        if not self._minutes:
            self._minute_0 = minute
        self._minutes[minute - self._minute_0] += 1

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()

    def calls(self, number: str) -> int:
        """Return how many checks of a number the rate limiter admitted, with any result."""
        return self.numbers[number]

    @property
    def requests(self) -> int:
        """All requests, including refused ones."""
        return self.statuses.total()

    @property
    def checks(self) -> int:
        """All checks that the rate limiter admitted."""
        return self.numbers.total()

    @property
    def refusals(self) -> int:
        """All answers with status 429."""
        return self.statuses[_TOO_MANY]

    @property
    def per_minute(self) -> dict[int, int]:
        """Requests in each full minute of the clock, counted from the first; without empty minutes."""
        return dict(sorted(self._minutes.items()))

    def summary(self, last: int = 0) -> dict[str, object]:
        """Return the counts for JSON, with the `last` entries."""
        return {
            "requests": self.requests,
            "checks": self.checks,
            "refusals": self.refusals,
            "distinct_numbers": len(self.numbers),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "per_minute": self.per_minute,
            "keys": {key: counts.summary() for key, counts in sorted(self.keys.items())},
            "numbers": dict(self.numbers),
            "entries": [entry._asdict() for entry in list(self.entries)[len(self.entries) - last :]]
            if last
            else [],
        }
