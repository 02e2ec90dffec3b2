"""Compressed lists: recognised by their first bytes when read, compressed by their name when written."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from validator.errors import FileError
from validator.tables.files.os_errors import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"  # the first bytes of their files
_GZIP_LEVEL = 6  # gzip's own default; Python's is 9, which takes twice the time and saves one per cent
# Lists shrink to a fifth or a twentieth of their size. A file that unpacks to hundreds of times its size is
# an attack, unless the unpacked size is small.
_HARMLESS_BYTES = 64 << 20
_EXPANSION = 200


def _zstd() -> Any:
    """Return the module for zstd, which few lists need."""
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415
    else:
        from backports import zstd  # noqa: PLC0415
    return zstd


def inner_suffix(path: Path) -> str:
    """Return the suffix of a name without that of a compression, in lower case: `.csv` of `Leads.CSV.gz`."""
    name = path.with_suffix("") if is_packed_name(path) else path
    return name.suffix.lower()


def is_packed_name(path: Path) -> bool:
    """Return whether the name of `path` says that it is compressed."""
    return path.suffix.lower() in _PACKERS


def is_compressed(path: Path) -> bool:
    """Return whether `path` begins like a compressed file, whatever its name is."""
    with reading(path), path.open("rb") as file:
        return file.read(4).startswith((_GZIP, _ZSTD))


@contextmanager
def unpacked(path: Path) -> Iterator[BinaryIO]:
    """Open `path` for reading from its beginning, unpacked if it is compressed.

    Raises:
        FileError: it cannot be read, is damaged or cut off, or unpacks to far more than a list.
    """
    with reading(path), path.open("rb", buffering=0) as file:
        start = file.read(4)
        file.seek(0)
        if start.startswith(_GZIP):
            yield cast("BinaryIO", _Unpacking(path, file, gzip.GzipFile(fileobj=file)))
        elif start.startswith(_ZSTD):
            yield cast("BinaryIO", _Unpacking(path, file, _zstd().ZstdFile(file)))
        else:
            yield file


def packing(out: BinaryIO, target: Path | None) -> AbstractContextManager[BinaryIO]:
    """Return a file that compresses to `out`, if the name of `target` says so."""
    pack = _PACKERS[target.suffix.lower()] if target and is_packed_name(target) else nullcontext
    return pack(out)


def _gzip_to(out: BinaryIO) -> AbstractContextManager[BinaryIO]:
    # Without a time and a name in it, the same list makes the same file.
    file = gzip.GzipFile(fileobj=out, filename="", mode="wb", mtime=0, compresslevel=_GZIP_LEVEL)
    return cast("AbstractContextManager[BinaryIO]", file)


def _zstd_to(out: BinaryIO) -> AbstractContextManager[BinaryIO]:
    # With a checksum, like the zstd program and gzip, so that damage is detected.
    zstd = _zstd()
    file = zstd.ZstdFile(out, "wb", options={zstd.CompressionParameter.checksum_flag: 1})
    return cast("AbstractContextManager[BinaryIO]", file)


_PACKERS: dict[str, Callable[[BinaryIO], AbstractContextManager[BinaryIO]]] = {
    ".gz": _gzip_to,
    ".zst": _zstd_to,
}


def refuse_bomb(path: Path, unpacked_bytes: int, packed_bytes: int) -> None:
    """Raise `FileError` if `path` unpacks to far more than a list."""
    if unpacked_bytes > max(_HARMLESS_BYTES, _EXPANSION * packed_bytes):
        raise FileError(
            f"{path} unpacks to more than {_EXPANSION} times its size, as no list does; "
            "unpack it yourself first if you trust it."
        )


class _Unpacking(io.RawIOBase):
    """The content of a compressed file; raises `FileError` if it is damaged or far too large.

    Args:
        path: the file, for messages.
        packed: the compressed file.
        content: the file object that unpacks it.
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
        except (EOFError, gzip.BadGzipFile, zlib.error, _zstd().ZstdError) as error:
            raise FileError(
                f"{self._path} is damaged where it is compressed ({error}); copy or export it again."
            ) from error
        self._given += len(data)
        refuse_bomb(self._path, self._given, self._packed.tell())
        return data
