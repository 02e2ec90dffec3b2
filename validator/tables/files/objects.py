"""Lists in an object store: fetched as a whole into a folder, then read like any file."""

from __future__ import annotations

import fnmatch
import glob
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from validator.errors import FileError
from validator.model import ObjectUrl
from validator.tables.files.temporary import new_private

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from obstore.store import ClientConfig, ObjectStore

_STORES = frozenset({"s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss"})
_PIECE_BYTES = 1 << 20
_MOST_RETRIES = 4
# The time for a large list is not known, so only a stall is an error. A store whose address in the
# environment is http is used without TLS.
_CLIENT: ClientConfig = {
    "allow_http": True,
    "connect_timeout": "10s",
    "read_timeout": "60s",
    "timeout": "1d",
}
_MOST_SAID = 300  # characters of a library's error message


async def fetch(
    url: ObjectUrl, folder: Path, on_progress: Callable[[int, int], None] = lambda _came, _size: None
) -> Path:
    """Copy an object into `folder` under its own name, in pieces, and return the file.

    `on_progress` is called after each piece with the bytes received and the total. Credentials come from the
    same environment variables as for polars: `AWS_ACCESS_KEY_ID`, `GOOGLE_APPLICATION_CREDENTIALS`,
    `AZURE_STORAGE_ACCOUNT_NAME` and others.

    Raises:
        FileError: there is no such object, it may not be read, it is incomplete, or no room is left.
    """
    _require_fetchable(url)
    path = folder / url.parts[1]
    try:
        with new_private(path) as file:
            async for piece in _pieces(url, on_progress):
                file.write(piece)
    except OSError as error:
        raise FileError(
            f"{url} cannot be kept in {folder} ({error.strerror}); set TMPDIR to another folder."
        ) from error
    return path


async def store(path: Path, url: ObjectUrl) -> None:
    """Copy a file into an object store, as a whole or not at all.

    Raises:
        FileError: the object may not be written, or the store cannot be reached.
    """
    _require_fetchable(url)
    with _reaching(url, done="written") as target:
        await target.put_async(url.parts[1], path)


async def matching(url: ObjectUrl) -> tuple[ObjectUrl, ...]:
    """Return the objects that match a pattern in the last part of a URL, sorted by name.

    If an object has the pattern as its name, it is the only one. Web servers cannot list objects.

    Raises:
        FileError: none matches, or the store's list may not be read.
    """
    place, pattern = url.parts
    if url.is_web or not glob.has_magic(pattern):
        return (url,)
    _require_fetchable(url)
    with _reaching(url) as store:
        listed = await store.list_with_delimiter_async()
    names = sorted(found["path"].rpartition("/")[2] for found in listed["objects"])
    matched = [pattern] if pattern in names else fnmatch.filter(names, pattern)
    if not matched:
        raise FileError(f"nothing matches {url}; check the pattern and the name of the bucket.")
    return tuple(ObjectUrl(f"{place}/{name}") for name in matched)


def _require_fetchable(url: ObjectUrl) -> None:
    parts = urlsplit(url.text)
    if parts.scheme.lower() not in _STORES:
        raise FileError(f"{url} cannot be fetched; name a file, or an s3://, gs://, az:// or https:// URL.")
    if not url.parts[1]:
        raise FileError(f"{url} names no object; add its name.")


async def _pieces(url: ObjectUrl, on_progress: Callable[[int, int], None]) -> AsyncIterator[bytes]:
    """Yield the whole content of an object."""
    came = 0
    with _reaching(url) as store:
        found = await store.get_async(url.parts[1])
        async for piece in found.stream(min_chunk_size=_PIECE_BYTES):
            came += len(piece)
            on_progress(came, found.meta["size"])
            yield bytes(piece)
    if came != found.meta["size"]:
        raise FileError(f"{url} came with {came:,} of its {found.meta['size']:,} bytes; try again.")


@contextmanager
def _reaching(url: ObjectUrl, done: str = "fetched") -> Iterator[ObjectStore]:
    """Yield the store of an object, and turn errors of the library into a `FileError`.

    Args:
        url: the object.
        done: what is done with it, for messages.
    """
    try:
        import obstore  # noqa: PLC0415 - an extra, which most users do not need
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError  # noqa: PLC0415
    except ImportError as error:
        raise FileError(
            f"{url} is {done} with obstore: pip install 'recipient-validator[cloud]', or use a file."
        ) from error
    try:
        yield obstore.store.from_url(
            url.parts[0], client_options=_CLIENT, retry_config={"max_retries": _MOST_RETRIES}
        )
    except FileNotFoundError as error:
        raise FileError(f"{url} does not exist; check the name of the bucket and of the object.") from error
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise FileError(
            f"{url} may not be {done} with the credentials in the environment; check them."
        ) from error
    except (BaseError, OSError) as error:
        raise FileError(
            f"{url} cannot be {done} ({_gist(error)}); check the URL, the credentials in the environment "
            "and the network, and try again."
        ) from error


def _gist(error: BaseException) -> str:
    """The first line of the library's message; the rest is its internal state."""
    line = str(error).partition("\n")[0]
    return "".join(char for char in line if char.isprintable())[:_MOST_SAID]
