"""What a user gets who installs the package: the command, its sandbox, and a list checked against it.

INSTALLED names the environment to look at, by default the one of these tests. Nothing is imported from the
package here, and the working folder is elsewhere: what runs is what was installed.
"""

import csv
import json
import os
import runpy
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
VALIDATOR = Path(os.environ.get("INSTALLED") or sys.prefix) / "bin" / "validator"
OPTIONS = ("--accept", "possible", "--no-canaries", "--rate", "none", "--quiet", "--json")
LEADS = "name,phone\nAnn,+447700900001\nBob,+447700900002\nCy,nonsense\n"


def environment(folder, **more):
    """An environment with a state folder of its own and no settings from outside."""
    kept = {
        name: text for name, text in os.environ.items() if not name.startswith(("SENDAPI_", "VALIDATOR_"))
    }
    kept.pop("PYTHONPATH", None)
    homes = {name: str(folder) for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    return kept | homes | more


def run(folder, *words, **more):
    return subprocess.run(
        [VALIDATOR, *words],
        cwd=folder,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def sandbox(folder):
    """Serve the bundled sandbox; give its base URL."""
    command = [VALIDATOR, "sandbox", "--port", "0", "--plan", "unlimited"]
    with subprocess.Popen(
        command, cwd=folder, env=environment(folder), stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stderr.readline()
            assert "ready at" in line, line + process.stderr.read()
            yield line.split()[-1]
        finally:
            process.terminate()


def test_the_version_is_that_of_the_project(tmp_path):
    version = runpy.run_path(str(ROOT / "validator" / "version.py"))["__version__"]

    done = run(tmp_path, "--version")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[-1] == version


def test_the_crontab_of_the_readme_works_with_what_cron_gives_it(tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    crontab = readme[readme.index("\nPATH=") :].partition("```")[0].strip()
    *variables, line = crontab.splitlines()
    (tmp_path / "leads.csv").write_text("name,phone\nAnn,07400 123456\n")
    (tmp_path / "key").write_text("sk_test_0123456789abcdefghijklmn\n")
    (tmp_path / "key").chmod(0o600)
    with sandbox(tmp_path) as url:
        given = dict(variable.split("=", 1) for variable in variables) | {"SENDAPI_BASE_URL": url}
        given["PATH"] = given["PATH"].replace("/opt/validator/bin", str(VALIDATOR.parent))
        command = line.split(maxsplit=5)[5].replace("/srv/leads", str(tmp_path))
        command = command.replace("/etc/validator/key", str(tmp_path / "key"))

        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd="/",
            env={"HOME": str(tmp_path), "LOGNAME": "ann"} | given,
            check=False,
        )

    summary = json.loads((tmp_path / "validator.log").read_text())
    assert (done.returncode, summary["exit_code"], summary["rows"]) == (0, 0, 1)


def test_the_help_names_the_commands(tmp_path):
    done = run(tmp_path, "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert {"check", "plan", "sandbox"} <= set(done.stdout.split())


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
