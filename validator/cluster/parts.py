"""A part: one input file of a list that several machines read, and its output file."""

from __future__ import annotations

import hashlib
import socket
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from anyio.from_thread import start_blocking_portal
from msgspec import Struct

from validator.errors import FileError
from validator.http.download import download
from validator.tables import fetch, store, temporary_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from validator.model import ObjectUrl

# A file in the output folder during a run, by which each machine checks that it sees the same folder.
MARKER = ".validator-run"
_PIECE_BYTES = 1 << 20


class Part(Struct, frozen=True):
    """One file of a list.

    Attributes:
        source: a file that every machine can read, or an object.
        target: the output file or object.
        mark: the content of the marker file in the folder of `target`; empty for an object.
    """

    source: Path | ObjectUrl
    target: Path | ObjectUrl
    mark: str = ""

    @contextmanager
    def local(self) -> Iterator[Path]:
        """Yield the input as a file on this machine; an object is a temporary copy until the block ends.

        Raises:
            FileError: the file does not exist on this machine, or the object cannot be fetched.
        """
        if isinstance(self.source, Path):
            self._require_seen(self.source)
            yield self.source
            return
        with temporary_folder() as folder, start_blocking_portal() as portal:
            copy = download if self.source.is_web else fetch
            yield portal.call(partial(copy, self.source, folder))

    @contextmanager
    def written(self, name: str) -> Iterator[Path]:
        """Yield the file to write on this machine; an object is uploaded when the block has ended.

        Args:
            name: the name of the temporary file for an object.

        Raises:
            FileError: the output folder is not the same on this machine, or the object cannot be uploaded.
        """
        if isinstance(self.target, Path):
            self._require_same_folder(self.target.parent)
            yield self.target
            return
        with temporary_folder() as folder, start_blocking_portal() as portal:
            path = folder / name
            yield path
            portal.call(store, path, self.target)

    @staticmethod
    def _require_seen(path: Path) -> None:
        if not path.exists():
            raise FileError(
                f"{path} is not there on {socket.gethostname()}; put the list where all machines see "
                "it, such as an object store"
            )

    def _require_same_folder(self, folder: Path) -> None:
        marker = folder / MARKER
        if not marker.exists() or marker.read_text(encoding="utf-8") != self.mark:
            raise FileError(
                f"the folder {folder} of --output-dir is another one on {socket.gethostname()}; name one "
                "that all machines see, or the URL of an object store"
            )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()
