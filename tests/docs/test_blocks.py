"""Each block of code in the pages is run in a reader's folder, is a file there, or says why it is not run."""

import re
import subprocess
import sys

import pytest
from msgspec import structs

from tests.support.commands import path_with_validator
from tests.support.docs.blocks import blocks_of, pages
from tests.support.installed import environment
from tests.support.sandboxes import served
from validator.sandbox import DEFAULT_SESSIONS, listen

PAGES = pages()
KEY = "sk_live_0123456789abcdefghijklmn"
SESSION = DEFAULT_SESSIONS[0].id
LEADS = "name,mobile\nAnn,+447400123456\nBob,+447400123457\nCy,+447400123458\n"
# What a page takes for granted in a reader's folder. `~` is that folder.
FILES = {
    "": {"leads.csv": LEADS, ".config/uk.key": KEY},
    "docs/columns.md": {"leads.csv": "name,mobile,home\nAnn,+447400123456,\nBob,,+447400123457\n"},
    "docs/ledger.md": {"leads.csv": LEADS, "optouts.txt": "+447400123456\n"},
    "docs/phone.md": {"contacts.csv": "name,phone\nAnn,+447400123456 ::: +447400123457\n"},
    "docs/settings.md": {
        "leads.csv": LEADS,
        "client-a.key": KEY,
        "everyone-who-opted-out.csv": "phone\n+447400123458\n",
        "client-a/opted-out.csv": "phone\n+447400123457\n",
        ".config/validator/uk.key": KEY,
    },
}
# Pages whose Python is compared with a file.
COMPARED = {"docs/gateways.md"}  # with the toy of the contract test, in tests/test_docs.py
# What blocks that are not run may begin with: nothing of ours that a reader's folder could run.
NOT_RUN: dict[str, set[str]] = {
    "README.md": {"make", "pip"},
    "CONTRIBUTING.md": {"make", ".venv/bin/python"},
    "docs/cluster.md": {"pip", "ray", "validator"},  # tests/cluster/test_on_ray.py runs the command
    "docs/gateways.md": {".venv/bin/python"},
    "docs/schedules.md": {
        *("crontab", "useradd", "install", "echo", "cp", "systemctl"),
        *("kubectl", "podman"),
    },
    "docs/start.md": {"pip"},
    "docs/web.md": {"pip"},
    "docs/terminal.md": {"eval"},
}
SHOWN_ONLY = {"", "text", "yaml", "toml", "sql"}  # other tests read those that say something of the program


def runnable(page, *languages):
    return [one for one in blocks_of(page) if one.language in languages and not one.not_run]


def with_blocks(*languages):
    return [page for page in PAGES if page not in COMPARED and runnable(page, *languages)]


@pytest.fixture(scope="module")
def provider():
    """A provider for all readers, with each session that the pages name."""
    named = set(
        re.findall(r"sess_\w{26}", "".join(block.text for page in PAGES for block in blocks_of(page)))
    )
    sessions = [structs.replace(DEFAULT_SESSIONS[0], id=one) for one in sorted(named | {SESSION})]
    with served(sessions=tuple(sessions)) as (_, url):
        yield url


@pytest.fixture
def reader(tmp_path, provider):
    """The environment of a reader, whose home and working folder are one."""
    with listen() as free:
        port = free.getsockname()[1]
    kept = {name: text for name, text in environment(tmp_path).items() if not name.startswith("XDG_")}
    return kept | {
        "PATH": path_with_validator(),
        "SENDAPI_BASE_URL": provider,
        "SENDAPI_API_KEY": KEY,
        "SENDAPI_SESSION_ID": SESSION,
        "US_KEY": KEY.replace("0", "1"),
        "PORT": str(port),
    }


def as_here(text, reader):
    """What a reader has in place of what a page shows: a key, a session, a port, a host to send to."""
    return (
        text.replace("sess_01H8BKF...", SESSION)
        .replace("sk_live_...", KEY)
        .replace("8080", reader["PORT"])
        .replace("validator web ", f"validator web --port {reader['PORT']} ")
        .replace("unset SENDAPI_BASE_URL", f"export SENDAPI_BASE_URL={reader['SENDAPI_BASE_URL']}")
        .replace("https://hooks.example.com", reader["SENDAPI_BASE_URL"])
        .replace("http://127.0.0.1:4318", reader["SENDAPI_BASE_URL"])
    )


def prepare(folder, page, reader):
    """Write what the page takes for granted, and the files that it shows."""
    shown = {one.file: as_here(one.text, reader) for one in blocks_of(page) if one.file}
    for name, content in ((FILES.get(page) or FILES[""]) | shown).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        path.chmod(0o600)


def script_of(commands):
    """A script that begins each command's output with a mark, and waits until what it serves is ready."""
    lines = ["set -eu", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT", "mkfifo ready"]
    for command in commands:
        lines.append("printf '\\036'")
        if command.endswith("&"):
            lines += [f"{command[:-1]} >ready 2>&1 &", "exec 3<ready", "read -r _ <&3"]
        else:
            lines.append(command)
    return "\n".join(lines)


@pytest.mark.slow
@pytest.mark.parametrize("page", with_blocks("console"))
def test_the_commands_of_a_page_work_one_after_the_other(page, tmp_path, reader):
    prepare(tmp_path, page, reader)
    shown = [one for block in runnable(page, "console") for one in block.commands]
    script = script_of([as_here(command, reader) for command, _ in shown])

    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=reader, capture_output=True, text=True, check=False
    )

    printed = done.stdout.split("\036")[1:]
    last = shown[len(printed) - 1][0]
    assert done.returncode == 0, f"{last}\n{done.stderr}"
    for (command, output), came in zip(shown, printed, strict=True):
        assert not output or came.rstrip() == output.rstrip(), command


@pytest.mark.slow
@pytest.mark.parametrize("page", with_blocks("python"))
def test_the_python_of_a_page_works_from_top_to_bottom(page, tmp_path, reader):
    prepare(tmp_path, page, reader)
    code = "\n".join(block.text for block in runnable(page, "python"))

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env=reader,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("page", PAGES)
def test_what_is_not_run_is_nothing_that_could_be(page):
    left = [block for block in blocks_of(page) if block.not_run]
    commands = [command for block in left for command, _ in block.commands]

    assert {command.split()[0] for command in commands} == NOT_RUN.get(page, set())


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_of_a_kind_that_a_test_reads(page):
    read = {"console", "python", *SHOWN_ONLY}

    assert not [block for block in blocks_of(page) if block.language not in read and not block.not_run]
    assert not [block for block in blocks_of(page) if block.language == "console" and not block.commands]
