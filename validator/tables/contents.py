"""The kind of a list's file, by its first bytes: names are often wrong, most of all those of web exports."""

from __future__ import annotations

import codecs
import re
import zipfile
from typing import TYPE_CHECKING

from validator.errors import FileError
from validator.tables.files.compression import unpacked
from validator.tables.files.os_errors import reading, require_regular

if TYPE_CHECKING:
    from pathlib import Path

_START_BYTES = 16 << 10
_SIGNATURES = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"FEA1": "arrow",
    b"\xff\xff\xff\xff": "arrow",
    b"\xd0\xcf\x11\xe0": "excel",
}
_ZIP = b"PK\x03\x04"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_TEXTS = (
    (re.compile(rb"BEGIN:VCARD\b", re.IGNORECASE), "vcard"),
    (re.compile(rb"\[\s*(?:\{|\]|\Z)"), "json"),
    (re.compile(rb"\{\s*(?:\"|\})"), "ndjson"),
)
_PAGE = re.compile(
    rb"(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|script|style|div)\b",
    re.IGNORECASE | re.DOTALL,
)
_SIGN_IN = re.compile(rb"type=[\"']?password|\b(?:sign|log)[ -]?in\b", re.IGNORECASE)
_SPREADSHEET_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
_SHOWN_PARTS = 3
# Documents of other programs are archives, too: what they are by one of their parts, and how to get the list.
_DOCUMENTS = {
    "word/document.xml": "a Word document; save its table as a workbook or as CSV and give that file",
    "ppt/presentation.xml": "a presentation; save its table as a workbook or as CSV and give that file",
    "Index/Document.iwa": "a document of Apple's Numbers or Pages; export it (File > Export To > CSV)",
}


def kind_of(path: Path) -> str | None:
    """Return the kind of a file by its content; None for plain text and for unknown content.

    It is the name of a format, or `json` (an array of objects) or `vcard`.

    Raises:
        FileError: there is no such file, or it is not a list: a web page, XML, an archive.
    """
    require_regular(path)
    with unpacked(path) as file:
        start = _plain(file.read(_START_BYTES))
    if start.startswith(_ZIP):
        return _kind_of_archive(path)
    _refuse_markup(path, start)
    if path.suffix.lower() == ".json" and start.startswith(b"["):
        return "json"
    signed = (kind for signature, kind in _SIGNATURES.items() if start.startswith(signature))
    texts = (kind for pattern, kind in _TEXTS if pattern.match(start))
    return next(signed, None) or next(texts, None)


def is_text(path: Path) -> bool:
    """Return whether a file begins with text."""
    with unpacked(path) as file:
        start = file.read(_START_BYTES)
    return bool(start) and (start.startswith(_WIDE) or not re.search(rb"[\x00-\x08\x0e-\x19]", start))


def _plain(start: bytes) -> bytes:
    """Return the first bytes as UTF-8, without a byte order mark and white space."""
    if start.startswith(_WIDE):
        start = start.decode("utf-16", "ignore").encode()
    return start.removeprefix(codecs.BOM_UTF8).lstrip()


def _refuse_markup(path: Path, start: bytes) -> None:
    if _PAGE.match(start) or (start.startswith(b"<?xml") and b"<html" in start):
        if _SIGN_IN.search(start):
            raise FileError(
                f"{path} is a web page that asks to sign in, not the list; sign in and download it again."
            )
        raise FileError(
            f"{path} is a web page (HTML), not a workbook or text; open it in Excel or LibreOffice, save it "
            "as .xlsx or CSV, and give that file."
        )
    if start.startswith(b"<?xml") or _SPREADSHEET_XML in start:
        what = "an XML spreadsheet of Excel 2003" if _SPREADSHEET_XML in start else "XML"
        raise FileError(
            f"{path} is {what}; open it in Excel or LibreOffice, save it as .xlsx or CSV and give that file."
        )


def _kind_of_archive(path: Path) -> str:
    """Return `excel` for a workbook, also a damaged one: reading it will refuse it."""
    try:
        with reading(path), zipfile.ZipFile(path) as archive:
            parts = archive.namelist()
    except zipfile.BadZipFile:
        return "excel"
    if any(part.startswith("xl/") or part == "content.xml" for part in parts):
        return "excel"
    if what := next((_DOCUMENTS[part] for part in parts if part in _DOCUMENTS), None):
        raise FileError(f"{path} is {what}.")
    files = [part for part in parts if not part.endswith("/")]
    shown = ", ".join(files[:_SHOWN_PARTS]) + (", ..." if len(files) > _SHOWN_PARTS else "")
    raise FileError(
        f"{path} is a zip archive that holds {shown or 'nothing'}; unpack it (unzip {path.name}) and give "
        "the list in it."
    )
