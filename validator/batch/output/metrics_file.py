"""The file with the metrics of the last run, which node_exporter's textfile collector reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from msgspec import Struct

from validator.errors import UsageError
from validator.reports import legible
from validator.reports.metrics import last_success_s, render_metrics
from validator.tables import PUBLIC_FILE, is_stream, reading, replacing, require_writable

if TYPE_CHECKING:
    from pathlib import Path

    from validator.reports.run_end import RunEnd

# A file of metrics has about 6 KB.
_MOST_BYTES = 2**20


class MetricsFile(Struct, frozen=True):
    """A file of metrics, and the metric that a new run has to keep.

    Attributes:
        path: the file; it need not exist.
        last_success_s: the time of the last successful run in the file, in Unix seconds; None if none.
    """

    path: Path
    last_success_s: float | None = None

    @classmethod
    def find(cls, path: Path) -> Self:
        """Read the present file, and check that it can be replaced.

        Raises:
            FileError: it cannot be read or replaced.
            UsageError: it does not hold metrics of this tool, so it must not be replaced.
        """
        if is_stream(path):
            raise UsageError(f"--metrics {path} is no plain file; metrics are put in place by a rename")
        require_writable(path)
        if not path.exists():
            return cls(path)
        with reading(path), path.open("rb") as file:
            content = file.read(_MOST_BYTES)
        try:
            return cls(path, last_success_s(content))
        except ValueError:
            raise UsageError(
                f"--metrics {path} holds something else than metrics of this tool; name another file"
            ) from None

    def write(self, end: RunEnd) -> None:
        """Replace the file; other users can read it. The label `run` is its name without the ending.

        Raises:
            FileError: it cannot be replaced.
        """
        run = legible(self.path.stem)
        with replacing(self.path, mode=PUBLIC_FILE) as file:
            file.write(render_metrics(end, run=run, last_success_s=self.last_success_s))
