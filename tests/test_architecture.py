"""Imports go down only, none goes round in a circle, and each library lives in the folders that own it."""

import ast
import functools
import graphlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "validator"

# Lowest first. A folder may import from lower layers and from itself, never from a sibling or from above.
LAYERS = [
    {"value"},
    {"local_time", "model", "nearest", "pattern", "pipeline", "ranges", "version"},
    {"errors"},
    {"arguments", "ledger_url"},
    {"places", "settings", "phone"},
    {"tables", "http", "pacing", "ledger", "reports"},
    {"sendapi"},
    {"gateways"},
    {"batch"},
    {"api", "cluster"},
    {"web", "sandbox"},
    {"cli"},
]

# The same inside of folders whose parts have an order of their own, lowest first.
ROOMS = {
    "batch": [
        {"ask_settings", "clock", "failed_run", "one_frame", "open_files", "stage", "verdict_columns"},
        {"keys", "known_hosts", "notify", "recipients"},
        {"planning"},
        {"asking", "transfer"},
        {"output", "sharing", "watching", "wiring"},
        {"asked", "connected", "first_requests", "library_options", "library_words", "planned"},
        {"asker", "lookup"},
        {"open_asker", "run"},
        {"sample_run"},
        {"library_run"},
        {"library_arguments", "preview"},
    ],
    "ledger": [
        {"folder", "values"},
        {"lock", "rows", "selection", "stats"},
        {"finding_ids", "ledger"},
        {"group"},
        {"postgres", "sqlite"},
        {"registry"},
    ],
    "pacing": [
        {"decisions", "measures"},
        {"guard", "limit", "shared_key"},
        {"budget"},
        {"lane"},
    ],
    "phone": [
        {"cell", "cells", "codes"},
        {"answers", "regions"},
        {"bulk"},
        {"readings"},
        {"normalise"},
        {"detection", "polars_namespace", "region_guess"},
    ],
    "tables": [
        {"cells", "files", "formulas", "iso_times", "table"},
        {"detect"},
        {"columnar", "contents", "delimited", "frame", "renewed", "sampled", "several"},
        {"excel", "ndjson", "vcard"},
        {"formats"},
        {"output_names"},
    ],
    "cli": [
        {"deferred"},
        {"help", "process"},
        {"settings"},
        {"diagnosis", "lists"},
        {"options"},
        {"runs"},
        {"commands"},
        {"declarations"},
    ],
}

# No check of a list defines these, so no user waits for them.
LATE = (
    "batch.preview", "gateways.opening", "ledger.stats", "reports.figures", "reports.page", "web.lists",
)  # fmt: skip

# What values are made of belongs to every folder.
EVERYWHERE = {"msgspec"}

OWNERS = {
    "polars": {"phone", "tables", "batch", "reports", "api", "cluster"},
    "python_calamine": {"tables"},
    "xlsxwriter": {"tables"},
    "obstore": {"tables"},
    "phonenumbers": {"phone"},
    "backports": {"tables"},
    "charset_normalizer": {"tables"},
    "compression": {"tables"},  # of the standard library, from Python 3.14
    "h11": {"http"},
    "httpx": {"http", "sendapi", "gateways"},
    "certifi": {"http"},
    "truststore": {"http"},
    "tenacity": {"pacing"},
    "sqlite3": {"ledger"},
    "psycopg": {"ledger"},
    "ray": {"cluster"},
    "click": {"cli"},
    "rich": {"cli", "reports"},
    "prometheus_client": {"reports"},
    "opentelemetry": {"reports"},
    "jinja2": {"reports", "web"},
    "platformdirs": {"places"},
    "starlette": {"sandbox", "web"},
    "uvicorn": {"sandbox", "web"},
    "python_multipart": {"web"},
    "keyring": {"cli"},
    "anyio": {"http", "sendapi", "api", "batch", "sandbox", "web", "cli", "cluster"},
}

# Time is anyio's clock and a passed-in `now`; these would break virtual time or tie us to one event loop.
FORBIDDEN = {"asyncio", "trio", "threading", "requests"}

# A process belongs to whoever starts it: what lies below takes a stop and returns. The sandbox is a server.
# An event loop in a thread that does not keep the process from ending: anyio's portal for that does.
OWN_THREADS = {
    "sendapi.blocking": {"threading"},
    # And threads that resolve names, which asyncio would wait for.
    "http.event_loop": {"asyncio", "threading"},
    # Connections without a stream between them and the event loop; on Trio there is one.
    "http.connecting": {"asyncio"},
    "http.socket_connection": {"asyncio"},
    "http.socket_dialing": {"asyncio"},
}

MAY_RULE_THE_PROCESS = ("cli.", "sandbox.server", "__main__")
RULES_THE_PROCESS = {"click", "signal", "anyio.run", "anyio.open_signal_receiver"}


def name_of(path: Path) -> str:
    """The module of a file: its dotted name below `validator`, empty for that package itself."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix("__init__").removesuffix(".")


MODULES = {name_of(path): path for path in sorted(ROOT.rglob("*.py"))}


@functools.cache
def tree_of(module: str) -> ast.Module:
    """What a module says, read when the first test asks for it: each worker imports this file."""
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imported(module: str) -> Iterator[str]:
    """Every name that a module imports, wherever in the file: of a package with the name taken from it."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: imports are absolute here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(module: str) -> set[str]:
    """The modules of this package that a module imports."""
    names = {name.removeprefix("validator").removeprefix(".") for name in imported(module) if is_ours(name)}
    found = {name if name in MODULES else name.rpartition(".")[0] for name in names}
    return found - {module}


def is_ours(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] == "validator"


def libraries_of(module: str) -> set[str]:
    return {name.split(".")[0] for name in imported(module) if not is_ours(name)}


def top(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def level(part: str, layers: list[set[str]]) -> int:
    """The layer of a part. What is no part of its folder is the folder's own face, above all of them."""
    return next((number for number, parts in enumerate(layers) if part in parts), len(layers))


def upward(modules: dict[str, str], layers: list[set[str]]) -> Iterator[str]:
    """Imports among modules, given with the part that each belongs to, that do not go down."""
    for module, part in modules.items():
        for other in own_imports(module) & set(modules):
            if modules[other] != part and level(modules[other], layers) >= level(part, layers):
                yield f"{module} imports {other}"


def inside(room: str) -> dict[str, str]:
    """The modules of a folder, each with the part of it that it belongs to."""
    return {
        module: module.split(".")[1] if "." in module else "" for module in MODULES if top(module) == room
    }


def test_every_part_of_the_package_has_its_layer():
    parts = {top(module) for module in MODULES} - {"", "__main__"}

    assert parts == set().union(*LAYERS)


@pytest.mark.parametrize("room", ROOMS)
def test_every_part_of_a_folder_has_its_layer(room):
    assert set(inside(room).values()) - {""} == set().union(*ROOMS[room])


def test_imports_go_down_only():
    parts = {module: top(module) for module in MODULES if module not in {"", "__main__"}}

    assert sorted(upward(parts, LAYERS)) == []


@pytest.mark.parametrize("room", ROOMS)
def test_imports_inside_of_a_folder_go_down_only(room):
    assert sorted(upward(inside(room), ROOMS[room])) == []


def test_no_import_goes_round_in_a_circle():
    """Imports for the type checker included: two modules that need each other's types are one."""
    graphlib.TopologicalSorter({module: own_imports(module) for module in MODULES}).prepare()


def test_each_library_stays_in_the_folders_that_own_it():
    strangers = [
        f"{module} imports {library}"
        for module in MODULES
        for library in libraries_of(module)
        if (library in OWNERS or library not in sys.stdlib_module_names)
        and library not in EVERYWHERE
        and top(module) not in OWNERS.get(library, ())
    ]

    assert strangers == []


def test_a_value_is_no_dataclass():
    """A dataclass takes fifty times as long to define, and each command would wait for two hundred."""
    needless = [
        f"{module}.{value.name}"
        for module in MODULES
        if not module.startswith(LATE)
        for value in ast.walk(tree_of(module))
        if isinstance(value, ast.ClassDef) and is_plain_dataclass(value)
    ]

    assert needless == []


def is_plain_dataclass(value: ast.ClassDef) -> bool:
    """Whether it is a dataclass that does not inherit, check its arguments, or hide or ignore a field."""
    is_one = any("dataclass" in ast.unparse(decorator) for decorator in value.decorator_list)
    needs_it = any(word in ast.unparse(value) for word in ("__post_init__", "repr=False", "compare=False"))
    return is_one and not needs_it and not value.bases


def test_time_and_tasks_are_anyios():
    found = {module: found for module in MODULES if (found := FORBIDDEN & libraries_of(module))}

    assert found == OWN_THREADS


def test_the_command_line_alone_rules_the_process():
    ruling = {
        module: found
        for module in MODULES
        if not module.startswith(MAY_RULE_THE_PROCESS) and module not in {"cli", *OWN_THREADS}
        if (found := RULES_THE_PROCESS & (used(module) | libraries_of(module)))
    }

    assert ruling == {}


def used(module: str) -> set[str]:
    """The names that a module reads of others, and those that it imports from them."""
    read = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    return read | set(imported(module))


def test_pacing_reads_no_clock():
    read = set().union(*(libraries_of(module) for module in MODULES if top(module) == "pacing"))

    assert not {"time", "datetime"} & read


def test_the_sandbox_shares_no_code_with_the_client():
    """One misreading of the API on both sides would hide from every test."""
    borrowed = {
        f"{module} imports {other}"
        for module in MODULES
        if top(module) == "sandbox"
        for other in own_imports(module)
        if top(other) != "sandbox"
    }

    assert borrowed == set()
