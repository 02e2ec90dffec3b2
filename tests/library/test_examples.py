"""The examples run as they are, against the sandbox."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from validator.ledger import Ledger

from .conftest import KEY, SESSION

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def environment(sandbox, folder, monkeypatch):
    app, url = sandbox()
    for name, value in {"API_KEY": KEY, "SESSION_ID": SESSION, "BASE_URL": url}.items():
        monkeypatch.setenv(f"SENDAPI_{name}", value)
    return app


def test_there_is_a_test_for_each_example():
    assert {path.name for path in EXAMPLES.iterdir()} == {"check_a_list.py", "notebook.py", "airflow_task.py"}


@pytest.mark.slow
def test_the_script_prints_how_many_can_be_sent_to(environment):
    command = [sys.executable, str(EXAMPLES / "check_a_list.py"), "leads.csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "of 3 can be sent to: sendable.csv" in done.stdout
    assert Path("sendable.csv").exists()


def test_the_notebook_runs_cell_by_cell(environment, capsys):
    runpy.run_path(str(EXAMPLES / "notebook.py"))

    out = capsys.readouterr().out
    assert "2 requests" in out
    assert "checking 2 of 2" in out
    assert "can be sent to" in out


@pytest.fixture
def task():
    return runpy.run_path(str(EXAMPLES / "airflow_task.py"))


def test_the_task_returns_how_many_can_be_sent_to(environment, task):
    assert task["check_recipients"]("leads.csv") in {0, 1, 2}


def test_the_task_is_skipped_while_another_run_has_the_ledger(environment, task, folder):
    path = folder.parent / "state" / "recipient-validator" / "ledger.sqlite"
    with Ledger.open(path, holder="another run"), pytest.raises(task["Skip"], match="another run"):
        task["check_recipients"]("leads.csv")


def test_the_task_is_retried_while_the_provider_is_down(environment, task, monkeypatch):
    monkeypatch.setenv("SENDAPI_SESSION_ID", "sess_nobody")

    with pytest.raises(Exception, match="sess_nobody"):
        task["check_recipients"]("leads.csv")


@pytest.mark.slow
def test_the_first_example_of_the_readme_runs(environment, folder, capsys):
    readme = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
    code = readme.split("## From Python")[1].split("```python\n")[1].split("```")[0]

    exec(compile(code, "README.md", "exec"), {})

    assert (folder / "send.csv").is_file()
    assert "registered" in capsys.readouterr().out
