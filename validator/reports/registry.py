"""The reports that are files, by name: `report` is what `--report` writes. A new one is a line here."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING

from validator.reports.html import render_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from validator.reports.summary import Summary


def _html(summary: Summary) -> bytes:
    return render_html(summary).encode()


def _json(summary: Summary) -> bytes:
    return json.dumps(summary.to_json(), ensure_ascii=False, indent=2).encode() + b"\n"


REPORTS: Mapping[str, Callable[[Summary], bytes]] = MappingProxyType({"report": _html, "summary": _json})
