"""Imports go down only, and each third-party library lives in the folders that own it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "validator"

# Lowest first. A folder may import from lower layers and from itself, never from a sibling or from above.
LAYERS = [
    {"model", "errors"},
    {"settings", "phone"},
    {"tables", "http", "pacing", "ledger", "reports"},
    {"sendapi"},
    {"gateways"},
    {"batch"},
    {"api"},
    {"sandbox"},
    {"cli"},
]

OWNERS = {
    "polars": {"phone", "tables", "batch", "reports", "api"},
    "python_calamine": {"tables"},
    "xlsxwriter": {"tables"},
    "obstore": {"tables"},
    "phonenumbers": {"phone"},
    "backports": {"tables"},
    "compression": {"tables"},  # of the standard library, from Python 3.14
    "h11": {"http"},
    "httpx": {"http", "sendapi", "gateways"},
    "tenacity": {"pacing"},
    "sqlite3": {"ledger"},
    "click": {"cli"},
    "rich": {"cli", "reports"},
    "platformdirs": {"settings"},
    "starlette": {"sandbox"},
    "uvicorn": {"sandbox"},
    "anyio": {"http", "sendapi", "api", "batch", "sandbox", "cli"},
}

# Time is anyio's clock and a passed-in `now`; these would break virtual time or tie us to one event loop.
FORBIDDEN = {"asyncio", "trio", "threading", "requests"}

FILES = sorted(ROOT.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Every module named by an import in the file, wherever in the file it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute here"
            yield node.module or ""
            if node.module == "validator":
                yield from (f"validator.{alias.name}" for alias in node.names if alias.name != "__version__")


def level(part: str) -> int:
    return next(number for number, parts in enumerate(LAYERS) if part in parts)


def own_imports(path: Path) -> set[str]:
    names = (name.split(".") for name in imported(path))
    return {name[1] for name in names if name[0] == "validator" and len(name) > 1}


def test_every_part_of_the_package_has_its_layer():
    parts = {part_of(path) for path in FILES} - {"__init__", "__main__"}

    assert parts == set().union(*LAYERS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path):
    part = part_of(path)
    if part in {"__init__", "__main__"}:
        return
    upward = {
        other
        for other in own_imports(path) - {part}
        if level(other) >= level(part) and not (level(part) == level(other) == 0)
    }

    assert not upward, f"{path} imports {upward}, which are not below it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_library_stays_in_the_folders_that_own_it(path):
    known = set(sys.stdlib_module_names) | {"validator"}
    roots = {name.split(".")[0] for name in imported(path)}
    strangers = {
        root
        for root in roots
        if part_of(path) not in OWNERS.get(root, set()) and (root in OWNERS or root not in known)
    }

    assert not strangers, f"{path} imports {strangers}, which it does not own"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_time_and_tasks_are_anyios(path):
    assert not FORBIDDEN & {name.split(".")[0] for name in imported(path)}


def test_pacing_reads_no_clock():
    read = {name.split(".")[0] for path in (ROOT / "pacing").rglob("*.py") for name in imported(path)}

    assert not {"time", "datetime"} & read


def test_the_sandbox_shares_no_code_with_the_client():
    """One misreading of the API on both sides would hide from every test."""
    borrowed = {
        other
        for path in FILES
        if part_of(path) == "sandbox"
        for other in own_imports(path)
        if other != "sandbox"
    }

    assert not borrowed
