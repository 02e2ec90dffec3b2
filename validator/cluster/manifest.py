"""The manifest of a run on several machines: a file that names every written part, in the list's order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from anyio.from_thread import start_blocking_portal

from validator.model import ObjectUrl
from validator.tables import PUBLIC_FILE, replacing, store, temporary_folder
from validator.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from validator.cluster.list_work import WrittenPart
    from validator.cluster.parts import Part

MANIFEST = "manifest.json"
SCHEMA_VERSION = 1


def manifest_of(parts: Sequence[Part], written: Sequence[WrittenPart]) -> dict[str, Any]:
    """Return the manifest of an output as plain values for `json.dumps`."""
    entries = [
        {
            "input": str(part.source),
            "output": _name(part.target),
            "rows": one.counts.rows,
            "verdicts": dict(sorted(one.counts.verdicts.items())),
            "size_bytes": one.size_bytes,
            "sha256": one.sha256,
        }
        for part, one in zip(parts, written, strict=True)
    ]
    rows = sum(one.counts.rows for one in written)
    return {"schema_version": SCHEMA_VERSION, "version": __version__, "rows": rows, "parts": entries}


def write_manifest(folder: Path | ObjectUrl, manifest: dict[str, Any]) -> None:
    """Write a manifest atomically into the folder of the parts. It is the last file of a run.

    Raises:
        FileError: it cannot be written.
    """
    content = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    if not isinstance(folder, ObjectUrl):
        with replacing(folder / MANIFEST, mode=PUBLIC_FILE) as file:
            file.write(content)
        return
    with temporary_folder() as kept, start_blocking_portal() as portal:
        path = kept / MANIFEST
        path.write_bytes(content)
        portal.call(store, path, ObjectUrl(f"{folder.text.rstrip('/')}/{MANIFEST}"))


def _name(target: Path | ObjectUrl) -> str:
    return target.parts[1] if isinstance(target, ObjectUrl) else target.name
