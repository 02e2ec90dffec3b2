"""The examples run as they are, against the sandbox."""

import runpy
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from validator.errors import ValidatorError
from validator.ledger import open_ledger

from .conftest import KEY, SESSION

EXAMPLES = Path(__file__).parents[2] / "examples"
SCHEDULES = EXAMPLES / "schedules"


@pytest.fixture
def environment(sandbox, folder, monkeypatch):
    app, url = sandbox()
    for name, value in {"API_KEY": KEY, "SESSION_ID": SESSION, "BASE_URL": url}.items():
        monkeypatch.setenv(f"SENDAPI_{name}", value)
    return app


def test_there_is_a_test_for_each_example():
    assert {path.name for path in EXAMPLES.iterdir()} == {
        "check_a_list.py",
        "notebook.py",
        "own_gateway.py",
        "schedules",
    }


@pytest.mark.slow
def test_the_script_prints_how_many_can_be_sent_to(environment):
    command = [sys.executable, str(EXAMPLES / "check_a_list.py"), "leads.csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "of 3 can be sent to: sendable.csv" in done.stdout
    assert Path("sendable.csv").exists()


def test_a_gateway_of_ones_own_answers_by_number(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["own_gateway.py", "+447700900001", "+447700900002"])
    runpy.run_path(str(EXAMPLES / "own_gateway.py"), run_name="__main__")

    assert capsys.readouterr().out == "+447700900001 registered\n+447700900002 not_registered\n"


@pytest.mark.slow
def test_the_notebook_runs_cell_by_cell(environment, capsys):
    runpy.run_path(str(EXAMPLES / "notebook.py"))

    out = capsys.readouterr().out
    assert "2 requests" in out
    assert "checking 2 of 2" in out
    assert "can be sent to" in out


@pytest.fixture(params=["airflow_task.py", "prefect_flow.py"])
def task(request):
    return runpy.run_path(str(SCHEDULES / request.param))


@pytest.mark.slow
def test_the_task_returns_how_many_can_be_sent_to(environment, task):
    assert task["check_recipients"]("leads.csv") in {0, 1, 2}


def test_the_task_is_skipped_while_another_run_has_the_ledger(environment, task, folder):
    path = folder.parent / "state" / "recipient-validator" / "ledger.sqlite"
    with open_ledger(path, holder="another run"), pytest.raises(task["Skip"], match="another run"):
        task["check_recipients"]("leads.csv")


@pytest.mark.slow
def test_the_task_is_retried_while_the_provider_is_down(environment, task, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]  # of which nobody listens when the block has ended
    monkeypatch.setenv("SENDAPI_BASE_URL", f"http://127.0.0.1:{port}/v1")

    with pytest.raises(task["Retry"], match=r"."):
        task["check_recipients"]("leads.csv")


@pytest.mark.slow
def test_the_task_fails_where_somebody_has_to_act(environment, task, monkeypatch):
    monkeypatch.setenv("SENDAPI_SESSION_ID", "sess_nobody")

    with pytest.raises(ValidatorError, match="sess_nobody"):
        task["check_recipients"]("leads.csv")


# What of Airflow and Prefect the examples use, which takes note of how it is used.
AIRFLOW = {
    "airflow/__init__.py": "",
    "airflow/sdk/__init__.py": """
made = []
def dag(**settings):
    return lambda function: function
def task(**settings):
    return lambda function: lambda *given: made.append((settings, function, given))
""",
    "airflow/sdk/exceptions.py": """
class AirflowSkipException(Exception): ...
class AirflowFailException(Exception): ...
""",
}
PREFECT = {
    "prefect/__init__.py": """
made = []
def flow(function):
    return function
def task(**settings):
    return lambda function: made.append(settings) or function
""",
    "prefect/states.py": "def Completed(**state): return state",
}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Put modules where imports find them, until the test is over."""

    def install(modules):
        for name, content in modules.items():
            path = tmp_path / "packages" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        monkeypatch.syspath_prepend(tmp_path / "packages")

    before = set(sys.modules)
    yield install
    for name in set(sys.modules) - before:
        if name.split(".")[0] in {"airflow", "prefect"}:
            del sys.modules[name]


@pytest.mark.slow
def test_airflow_skips_for_7_retries_for_5_and_fails_for_the_rest(
    environment, installed, monkeypatch, folder
):
    installed(AIRFLOW)
    example = runpy.run_path(str(SCHEDULES / "airflow_task.py"))
    ((settings, check, given),) = sys.modules["airflow.sdk"].made
    path = folder.parent / "state" / "recipient-validator" / "ledger.sqlite"

    assert (settings["retries"], given) == (5, ("/data/leads.csv",))
    assert check("leads.csv") in {0, 1, 2}
    with (
        open_ledger(path, holder="another run"),
        pytest.raises(example["AirflowSkipException"], match="another run"),
    ):
        check("leads.csv")
    monkeypatch.setenv("SENDAPI_SESSION_ID", "sess_nobody")
    (folder / "more.csv").write_text("phone\n+447400123499\n")
    with pytest.raises(example["AirflowFailException"], match="sess_nobody"):
        check("more.csv")


@pytest.mark.slow
def test_prefect_skips_for_7_and_retries_for_5_alone(environment, installed, folder):
    installed(PREFECT)
    example = runpy.run_path(str(SCHEDULES / "prefect_flow.py"))
    (settings,) = sys.modules["prefect"].made
    path = folder.parent / "state" / "recipient-validator" / "ledger.sqlite"

    def goes_on(error):
        state = SimpleNamespace(result=lambda **_: error)
        return settings["retry_condition_fn"](None, None, state)

    assert settings["retries"] == 5
    assert goes_on(example["Retry"]("the deadline was reached"))
    assert not goes_on(ValidatorError("the key"))
    assert example["recipients"]("leads.csv") in {0, 1, 2}
    with open_ledger(path, holder="another run"):
        assert example["recipients"]("leads.csv")["name"] == "Skipped"
