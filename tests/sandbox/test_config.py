from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import validator.sandbox
from validator.sandbox import LimiterKind, SandboxConfig, Session, parse_fault


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"plan": "gold"}, "plan 'gold' is not known; known are: starter, growth"),
        ({"limiter": "leaky"}, "limiter 'leaky'"),
        ({"envelope": "paper"}, "envelope 'paper'"),
        ({"error_envelope": 4}, "error_envelope 4"),
        ({"rate_headers": "y"}, "known are: x, ietf"),
        ({"reset_form": "y"}, "reset_form"),
        ({"retry_after_form": "y"}, "retry_after_form"),
        ({"bad_request_status": 418}, "bad_request_status 418"),
        ({"not_connected_status": 418}, "not_connected_status 418"),
        ({"registered_share": 1.1}, "registered_share 1.1 is not from 0 to 1"),
        ({"latency_tail_share": -0.1}, "latency_tail_share"),
        ({"latency_ms": -1}, "latency_ms -1"),
        ({"contacts": 80_001}, "contacts 80001"),
        ({"max_in_flight": -1}, "max_in_flight"),
        ({"limit_per_min": 0}, "limit_per_min 0"),
        ({"faults": (parse_fault("500=0.6"), parse_fault("503=0.6"))}, "add up to 1.2"),
    ],
)
def test_a_value_out_of_its_range_is_named(settings, part):
    with pytest.raises(ValueError, match=r"known|not from|add up") as refused:
        SandboxConfig(**settings)
    assert part in str(refused.value)


def test_words_become_what_they_name():
    assert SandboxConfig(limiter="gcra_burst").limiter is LimiterKind.GCRA_BURST


def test_scheduled_faults_do_not_count_towards_the_shares():
    assert SandboxConfig(faults=(parse_fault("500"), parse_fault("503@9")))


def test_sessions_can_be_given():
    mine = (Session(id="sess_mine", name="Mine"),)
    assert SandboxConfig(sessions=mine).sessions == mine


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_the_sandbox_shares_no_code_with_the_client():
    for path in Path(validator.sandbox.__file__).parent.glob("*.py"):
        for name in imported(path):
            assert name.split(".")[0] != "httpx"
            assert not name.startswith("validator") or name.startswith("validator.sandbox"), f"{path}: {name}"


@pytest.mark.slow
def test_what_the_help_prints_is_there_without_the_extra():
    code = (
        "import sys, validator.sandbox as s; s.MAGIC_NUMBERS, s.FAULT_WORDS, s.SandboxConfig();"
        "sys.exit('starlette' in sys.modules or 'uvicorn' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        _ = validator.sandbox.nonsense
