"""The benchmarks can be started: what they import and name is there."""

import subprocess
import sys
from pathlib import Path

import pytest
from limit_use import GOAL, use_of

from validator.sandbox import LimiterKind

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.mark.slow
def test_every_benchmark_loads():
    names = sorted(path.stem for path in BENCHMARKS.glob("*.py"))
    assert "run" in names
    loading = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    loaded = subprocess.run(
        [sys.executable, "-c", loading, *names], cwd=BENCHMARKS, capture_output=True, text=True, check=False
    )
    assert loaded.returncode == 0, loaded.stderr


@pytest.mark.slow
def test_a_benchmark_asks_the_sandbox():
    use = use_of(LimiterKind.GCRA_SMOOTH)

    assert (use.refusals, use.share >= GOAL) == (0, True)
