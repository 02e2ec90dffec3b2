"""Report files are written as the registry makes them."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

from validator.batch.output.report_files import write_reports
from validator.reports.registry import REPORTS, Report
from validator.reports.written_file import WrittenFile

WITH_TOY = {**REPORTS, "toy": Report("A toy.", lambda *shown: f"{shown[0].rows}, {shown[1]}".encode())}


def test_a_new_report_is_one_line(tmp_path):
    write_reports(SimpleNamespace(rows=3), {"toy": tmp_path / "toy.txt"}, reports=WITH_TOY)

    assert [path.name for path in tmp_path.iterdir()] == ["toy.txt"]
    assert (tmp_path / "toy.txt").read_text() == "3, []"


def names(_, files):
    return json.dumps([(one.href, one.name) for one in files]).encode()


def test_a_report_links_to_files_by_their_way_from_its_own_folder(tmp_path):
    written = [
        WrittenFile(tmp_path / "lists" / "a b.csv", "rows", 2),
        WrittenFile(tmp_path / "reports" / "javascript:alert(1).csv", "rows"),
        WrittenFile(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xfc.csv")), "rows"),
    ]
    (tmp_path / "reports").mkdir()
    path = tmp_path / "reports" / "toy.txt"

    write_reports(None, {"toy": path}, written=written, reports={"toy": Report("A toy.", names)})

    assert json.loads(path.read_text()) == [
        ["../lists/a%20b.csv", "a b.csv"],
        ["javascript%3Aalert%281%29.csv", "javascript:alert(1).csv"],
        ["../%FC.csv", "\\xfc.csv"],
    ]
