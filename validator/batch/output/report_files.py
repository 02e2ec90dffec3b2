"""The report and the summary as files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from validator.reports import render_html
from validator.tables import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from validator.reports import Summary


def write_reports(summary: Summary, *, report: Path | None, summary_file: Path | None) -> None:
    """Write the HTML report and the JSON summary where they were asked for, each whole or not at all."""
    if report is not None:
        with replacing(report) as file:
            file.write(render_html(summary).encode())
    if summary_file is not None:
        with replacing(summary_file) as file:
            file.write(json.dumps(summary.to_json(), ensure_ascii=False, indent=2).encode() + b"\n")
