"""What a user gets who installs the package: the command, its sandbox, and a list checked against it.

Nothing is imported from the package here, and the working folder is elsewhere: what runs is what was
installed.
"""

import csv
import json
import runpy

import httpx
import pytest

from tests.support.installed import ROOT, run, sandbox, serving

pytestmark = pytest.mark.slow

OPTIONS = ("--accept", "possible", "--no-canaries", "--rate", "none", "--quiet", "--json")
LEADS = "name,phone\nAnn,+447700900001\nBob,+447700900002\nCy,nonsense\n"


def test_the_version_is_that_of_the_project(tmp_path):
    version = runpy.run_path(str(ROOT / "validator" / "version.py"))["__version__"]

    done = run(tmp_path, "--version")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[-1] == version


def test_the_help_names_the_commands(tmp_path):
    done = run(tmp_path, "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert {"check", "plan", "sandbox"} <= set(done.stdout.split())


def test_the_page_comes_with_its_templates_and_scripts(tmp_path):
    with serving(tmp_path, "web", "--port", "0") as line:
        link = line.split()[2]
        with httpx.Client(trust_env=False, verify=False) as browser:
            assert browser.get(link).status_code == 200
            for name in (
                "",
                "static/page.css",
                "static/report.css",
                "static/htmx.min.js",
                "static/LICENSE.txt",
            ):
                assert browser.get(link.partition("open?")[0] + name).status_code == 200


def test_a_list_is_checked_against_the_sandbox_that_comes_with_it(tmp_path):
    (tmp_path / "leads.csv").write_text(LEADS, encoding="utf-8")
    with sandbox(tmp_path) as url:
        done = run(
            tmp_path,
            *(
                "check",
                "leads.csv",
                "--accept",
                "possible",
                "--no-canaries",
                "--rate",
                "none",
                "--quiet",
                "--json",
            ),
            SENDAPI_BASE_URL=url,
            SENDAPI_API_KEY="sk_test_0123456789abcdefghijklmn",
            SENDAPI_SESSION_ID="sess_01H8BKF0000000000000000Z2T",
        )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdicts"] == {
        "registered": 1,
        "not_registered": 1,
        "invalid": 1,
        "unknown": 0,
        "suppressed": 0,
    }
    with (tmp_path / "leads.checked.csv").open(encoding="utf-8", newline="") as checked:
        verdicts = [row["verdict"] for row in csv.DictReader(checked)]
    assert verdicts == ["registered", "not_registered", "invalid"]
