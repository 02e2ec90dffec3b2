"""Report files are written as the registry makes them."""

from types import SimpleNamespace

from validator.batch.output.report_files import write_reports
from validator.reports.registry import REPORTS, Report

WITH_TOY = {**REPORTS, "toy": Report("A toy.", lambda summary: f"{summary.rows} rows".encode())}


def test_a_new_report_is_one_line(tmp_path):
    write_reports(SimpleNamespace(rows=3), {"toy": tmp_path / "toy.txt"}, reports=WITH_TOY)

    assert [path.name for path in tmp_path.iterdir()] == ["toy.txt"]
    assert (tmp_path / "toy.txt").read_text() == "3 rows"
