"""Takes files and fields that a browser sends, bounded, into a private folder."""

from __future__ import annotations

import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from validator.errors import FileError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from python_multipart.multipart import File
    from starlette.requests import Request

# The fields of the page's own forms are a few short words each, a key among them.
_MOST_FIELD_BYTES = 64 * 1024


class TooLarge(FileError):
    """More was sent than is taken."""


async def fields_of(request: Request) -> dict[str, str]:
    """Return the fields of a form, without blanks around them.

    Raises:
        TooLarge: they are longer than those of the page.
    """
    body = b"".join([part async for part in _bounded(request, _MOST_FIELD_BYTES)])
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: value.strip() for name, value in pairs}


@asynccontextmanager
async def uploaded(request: Request, folder: Path, most_bytes: int) -> AsyncIterator[tuple[str, Path]]:
    """Give the name and the path of the file that a form sends; it is gone afterwards if nobody moved it.

    Args:
        request: the form, as multipart/form-data.
        folder: where a private folder for it is made.
        most_bytes: the largest form that is taken.

    Raises:
        TooLarge: it is larger.
        FileError: no file was chosen, or the form is broken off.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix="incoming-") as private:
        files: list[File] = []
        try:
            await _receive(request, Path(private), most_bytes, files)
            if not files or not files[0].file_name:
                raise FileError("no file was chosen; choose one, then send it")
            yield files[0].file_name.decode("utf-8", "replace"), Path(_text(files[0].actual_file_name))
        finally:
            for file in files:
                file.close()


async def _receive(request: Request, folder: Path, most_bytes: int, files: list[File]) -> None:
    kind, options = parse_options_header(request.headers.get("content-type"))
    try:
        parser = FormParser(
            _text(kind),
            on_field=None,
            on_file=files.append,
            boundary=options.get(b"boundary"),
            config={
                "UPLOAD_DIR": str(folder),
                "UPLOAD_DELETE_TMP": False,
                "MAX_MEMORY_FILE_SIZE": -1,
                "MAX_FIELD_SIZE": _MOST_FIELD_BYTES,
            },
        )
        async for part in _bounded(request, most_bytes):
            parser.write(part)
        parser.finalize()
    except FormParserError as error:
        raise FileError("the file did not come whole; choose it again") from error
    for file in files:
        file.flush_to_disk()
        file.finalize()


async def _bounded(request: Request, most_bytes: int) -> AsyncIterator[bytes]:
    said, seen = request.headers.get("content-length", ""), 0
    too_large = TooLarge(
        f"more was sent than the {most_bytes / 1e6:,.0f} MB that are taken; start the page with a larger "
        "--max-upload, or check the file with `validator check`"
    )
    if said.isdecimal() and int(said) > most_bytes:
        raise too_large
    async for part in request.stream():
        seen += len(part)
        if seen > most_bytes:
            raise too_large
        yield part


def _text(name: bytes | str | None) -> str:
    return (name or b"").decode() if not isinstance(name, str) else name
