"""The reports that are files, by name: `report` is what `--report` writes. A new one is a line here."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from validator.reports.page.render import render_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from validator.reports.summary import Summary


class Report(NamedTuple):
    """A report that is a file.

    Attributes:
        help: what its option says, in one line.
        render: makes the content of the file.
    """

    help: str
    render: Callable[[Summary], bytes]


def _html(summary: Summary) -> bytes:
    return render_html(summary).encode()


def _json(summary: Summary) -> bytes:
    return json.dumps(summary.to_json(), ensure_ascii=False, indent=2).encode() + b"\n"


REPORTS: Mapping[str, Report] = MappingProxyType(
    {
        "report": Report("HTML file for the report.", _html),
        "summary": Report("JSON file for the summary.", _json),
    }
)
