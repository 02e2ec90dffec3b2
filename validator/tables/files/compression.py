"""Compressed lists: unpacked as they are read, recognised by their first bytes; packed as their name says."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from validator.errors import FileError
from validator.tables.files.os_errors import reading

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"  # what their files begin with
_GZIP_LEVEL = 6  # gzip's own default; Python's is 9, which takes twice the time for a hundredth of the size
# Lists shrink to a fifth or a twentieth of their size. What would unpack to hundreds of times its own was
# made to use up somebody's time; what is small all the same does no harm.
_HARMLESS_BYTES = 64 << 20
_EXPANSION = 200
_DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error, zstd.ZstdError)


def inner_suffix(path: Path) -> str:
    """Return the suffix of a name, a compression's left out, in lower case: `.csv` of `Leads.CSV.gz`."""
    name = path.with_suffix("") if is_packed_name(path) else path
    return name.suffix.lower()


def is_packed_name(path: Path) -> bool:
    """Tell whether the name of `path` says that it is compressed."""
    return path.suffix.lower() in _PACKERS


def is_compressed(path: Path) -> bool:
    """Tell whether `path` begins as a compressed file does, whatever its name says."""
    with reading(path), path.open("rb") as file:
        return file.read(4).startswith((_GZIP, _ZSTD))


@contextmanager
def unpacked(path: Path) -> Iterator[BinaryIO]:
    """Open `path` for reading from its beginning, unpacked where it is compressed.

    Raises:
        FileError: it cannot be read, is damaged or cut off, or unpacks to far more than a list would.
    """
    with reading(path), path.open("rb", buffering=0) as file:
        start = file.read(4)
        file.seek(0)
        if start.startswith(_GZIP):
            yield cast("BinaryIO", _Unpacking(path, file, gzip.GzipFile(fileobj=file)))
        elif start.startswith(_ZSTD):
            yield cast("BinaryIO", _Unpacking(path, file, zstd.ZstdFile(file)))
        else:
            yield file


def packing(out: BinaryIO, target: Path | None) -> AbstractContextManager[BinaryIO]:
    """Return what to write to so that `out` gets it compressed as the name of `target` says."""
    pack = _PACKERS[target.suffix.lower()] if target and is_packed_name(target) else nullcontext
    return pack(out)


def _gzip_to(out: BinaryIO) -> AbstractContextManager[BinaryIO]:
    # Without a time and a name in it, the same list makes the same file.
    file = gzip.GzipFile(fileobj=out, filename="", mode="wb", mtime=0, compresslevel=_GZIP_LEVEL)
    return cast("AbstractContextManager[BinaryIO]", file)


def _zstd_to(out: BinaryIO) -> AbstractContextManager[BinaryIO]:
    # As the zstd program does, and gzip too: with a checksum damage is found, not read.
    file = zstd.ZstdFile(out, "wb", options={zstd.CompressionParameter.checksum_flag: 1})
    return cast("AbstractContextManager[BinaryIO]", file)


_PACKERS: dict[str, Callable[[BinaryIO], AbstractContextManager[BinaryIO]]] = {
    ".gz": _gzip_to,
    ".zst": _zstd_to,
}


def refuse_bomb(path: Path, unpacked_bytes: int, packed_bytes: int) -> None:
    """Raise `FileError` where so many bytes of `path` hold so many more as no list does."""
    if unpacked_bytes > max(_HARMLESS_BYTES, _EXPANSION * packed_bytes):
        raise FileError(
            f"{path} unpacks to more than {_EXPANSION} times its size, as no list does; "
            "unpack it yourself first if you trust it."
        )


class _Unpacking(io.RawIOBase):
    """What a compressed file holds; stops where that is damaged or grows beyond every measure.

    Args:
        path: the file, for messages.
        packed: the file as it is on the disk.
        content: what unpacks it.
    """

    def __init__(self, path: Path, packed: BinaryIO, content: Any) -> None:
        self._path = path
        self._packed = packed
        self._content = content
        self._given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        try:
            data: bytes = self._content.read(size)
        except _DAMAGED as error:
            raise FileError(
                f"{self._path} is damaged where it is compressed ({error}); copy or export it again."
            ) from error
        self._given += len(data)
        refuse_bomb(self._path, self._given, self._packed.tell())
        return data
