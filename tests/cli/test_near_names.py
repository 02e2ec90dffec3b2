"""Names that do not exist, and are near one that does."""

import pytest

from tests.support.cli.constants import ANN


@pytest.fixture
def plan(run, listed):
    """Plan a list of one person, with variables in the environment; return standard error."""

    def planned(monkeypatch, **variables):
        listed(f"phone\n{ANN}\n".encode())
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        done = run("plan", "leads.csv")
        assert done.code == 0
        return done.err

    return planned


@pytest.mark.parametrize(
    ("word", "meant"),
    [("chek", "check"), ("look-up", "lookup"), ("docter", "doctor"), ("PLAN", "plan"), ("x", None)],
)
def test_a_command(run, word, meant):
    done = run(word)

    assert done.code == 2
    assert f"No such command '{word}'." in done.err
    assert ("Did you mean" in done.err) == (meant is not None)
    assert meant is None or f"Did you mean '{meant}'?" in done.err


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("VALIDATOR_PLAN_REGON", "VALIDATOR_PLAN_REGION"),
        ("VALIDATOR_CHECK_BASEURL", "VALIDATOR_CHECK_BASE_URL"),
        ("VALIDATOR_LEDGER_STATS_JSON", "VALIDATOR_LEDGER_STATS_AS_JSON"),
        ("VALIDATOR_CHECK_JSON", "VALIDATOR_CHECK_AS_JSON"),
        ("VALIDATOR_REGION", "VALIDATOR_PLAN_REGION"),  # of the command that runs
        ("VALIDATOR_JSON", "VALIDATOR_PLAN_AS_JSON"),
    ],
)
def test_a_variable_of_the_environment(plan, monkeypatch, name, meant):
    assert f"{name} in the environment belongs to no option and is ignored. Did you mean '{meant}'?" in plan(
        monkeypatch, **{name: "x"}
    )


def test_a_variable_that_is_like_none(plan, monkeypatch):
    assert "is ignored. Names are VALIDATOR_COMMAND_OPTION." in plan(monkeypatch, VALIDATOR_9="x")


def test_an_option_of_any_command_and_what_kubernetes_sets_are_no_mistakes(plan, monkeypatch):
    ours = {
        "VALIDATOR_PLAN_COLUMN": "phone",
        "VALIDATOR_CHECK_RATE": "none",
        "VALIDATOR_LEDGER_STATS_AS_JSON": "1",
    }
    service = {"VALIDATOR_SERVICE_HOST": "10.0.0.1", "VALIDATOR_PORT": "x", "VALIDATOR_PORT_80_TCP_ADDR": "x"}

    assert "in the environment" not in plan(monkeypatch, **ours, **service)
