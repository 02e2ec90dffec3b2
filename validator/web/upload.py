"""Receives form fields and files from a browser, up to a maximum size, into a private folder."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import parse_qsl

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from validator.errors import FileError
from validator.tables import new_private

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from python_multipart.multipart import MultipartCallbacks
    from starlette.requests import Request

# The fields of the page's own forms are a few short words, or a key.
_MOST_FIELD_BYTES = 64 * 1024
_FORM_TOO_LARGE = "the form is larger than 64 KB, and no field of this page is; nothing was changed"

BROKEN_OFF = "the upload was not complete; choose the file again"
_INCOMING = "incoming-"


class TooLarge(FileError):
    """The request is larger than the maximum size."""


async def fields_of(request: Request) -> dict[str, str]:
    """Return the fields of a form, without spaces around their values.

    Raises:
        TooLarge: the form is larger than the forms of the page.
    """
    body = b"".join([part async for part in _bounded(request, _MOST_FIELD_BYTES, _FORM_TOO_LARGE)])
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: value.strip() for name, value in pairs}


def remove_leftovers(folder: Path) -> None:
    """Remove incomplete uploads that a killed process has left."""
    for left in folder.glob(f"{_INCOMING}*"):
        shutil.rmtree(left)


@asynccontextmanager
async def uploaded(request: Request, folder: Path, most_bytes: int) -> AsyncIterator[tuple[str, Path]]:
    """Yield the name and the path of the file in a form; the file is deleted after the block unless moved.

    Args:
        request: the form, as multipart/form-data.
        folder: the folder in which a private folder for the file is created.
        most_bytes: the largest form that is accepted.

    Raises:
        TooLarge: the form is larger.
        FileError: no file was chosen, or the form is incomplete.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix=_INCOMING) as private:
        path = Path(private) / "file"
        with new_private(path) as out:
            received = _Received(out)
            await _receive(request, received, most_bytes)
        if not received.name:
            raise FileError("no file was chosen; choose one, then send it")
        yield received.name, path


class _Received:
    """Parses a form while it arrives; writes its first file, and ignores the rest.

    Args:
        out: the file to write.
    """

    def __init__(self, out: BinaryIO) -> None:
        self.name = ""
        self.is_whole = False
        self._out = out
        self._field = self._value = b""
        self._writes = False

    @property
    def callbacks(self) -> MultipartCallbacks:
        """The callbacks for the parser."""
        return {
            "on_header_field": self._take_field,
            "on_header_value": self._take_value,
            "on_header_end": self._end_header,
            "on_part_data": self._take_data,
            "on_part_end": self._end_part,
            "on_end": self._end,
        }

    def _take_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._field.lower() == b"content-disposition" and not self.name:
            _, options = parse_options_header(self._value)
            self.name = options.get(b"filename", b"").decode("utf-8", "replace")
            self._writes = bool(self.name)
        self._field = self._value = b""

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._writes:
            self._out.write(data[start:end])

    def _end_part(self) -> None:
        self._writes = False

    def _end(self) -> None:
        self.is_whole = True


async def _receive(request: Request, received: _Received, most_bytes: int) -> None:
    _, options = parse_options_header(request.headers.get("content-type"))
    too_large = (
        f"the file is larger than {most_bytes / 1e6:,.0f} MB, the largest upload; start the page with a "
        "larger --max-upload, or check the file with `validator check`"
    )
    try:
        parser = MultipartParser(options.get(b"boundary", b""), received.callbacks)
        async for part in _bounded(request, most_bytes, too_large):
            parser.write(part)
    except FormParserError as error:
        raise FileError(BROKEN_OFF) from error
    if not received.is_whole:
        raise FileError(BROKEN_OFF)


async def _bounded(request: Request, most_bytes: int, too_large: str) -> AsyncIterator[bytes]:
    said, seen = request.headers.get("content-length", ""), 0
    if said.isdecimal() and int(said) > most_bytes:
        raise TooLarge(too_large)
    async for part in request.stream():
        seen += len(part)
        if seen > most_bytes:
            raise TooLarge(too_large)
        yield part
