"""Writes the reports to files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.reports.registry import REPORTS, Report
from validator.tables import replacing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from validator.reports import Summary
    from validator.reports.written_file import WrittenFile


def write_reports(
    summary: Summary,
    files: Mapping[str, Path],
    *,
    written: Sequence[WrittenFile] = (),
    reports: Mapping[str, Report] = REPORTS,
) -> None:
    """Write reports, each as a whole or not at all.

    Args:
        summary: the content of the reports.
        files: the file of each wanted report, by its name.
        written: the other files of the run, which reports link to.
        reports: all reports, by name.
    """
    for name, path in files.items():
        with replacing(path) as file:
            file.write(reports[name].render(summary, [one.beside(path) for one in written]))
