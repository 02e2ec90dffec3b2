"""The reports that are files, by the name of their option. A new report needs a line in `REPORTS`."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from validator.reports.summary import Summary
    from validator.reports.written_file import FileLink


class Report(NamedTuple):
    """A report that is a file.

    Attributes:
        help: the help text of its option.
        render: makes the content of the file, from the summary and links to the other files of the run.
    """

    help: str
    render: Callable[[Summary, Sequence[FileLink]], bytes]


def _html(summary: Summary, files: Sequence[FileLink]) -> bytes:
    from validator.reports.page.render import render_html  # noqa: PLC0415 - help texts must not load polars and rich

    return render_html(summary, files).encode()


def _json(summary: Summary, _: Sequence[FileLink]) -> bytes:
    import json  # noqa: PLC0415 - as above

    return json.dumps(summary.to_json(), ensure_ascii=False, indent=2).encode() + b"\n"


REPORTS: Mapping[str, Report] = MappingProxyType(
    {
        "report": Report("HTML file for the report.", _html),
        "summary": Report("JSON file for the summary.", _json),
    }
)
