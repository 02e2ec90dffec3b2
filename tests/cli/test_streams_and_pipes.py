"""Targets and inputs that are no plain files, and files that no output may replace."""

import os
import shutil
import signal
import stat
import subprocess
import threading
from pathlib import Path

import certifi
import pytest

from tests.support.cli.constants import ANN, KEY, LIST, PLAIN
from tests.support.commands import path_with_validator
from validator.ledger import open_ledger
from validator.places import PROJECT_FILE
from validator.tables import temporary_folder

CHECK = ["check", "leads.csv", *PLAIN, "-q"]


@pytest.fixture
def shell(environment, provider, listed):
    """Run a shell command line in which `validator` is the program; return what it did."""
    provider()
    listed()

    def run(line):
        variables = os.environ | {"PATH": path_with_validator()}
        return subprocess.run(
            ["bash", "-c", line], env=variables, capture_output=True, text=True, check=False, timeout=30
        )

    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", ["/dev/fd/1", "link"])
def test_a_name_of_standard_output_is_the_stream_and_is_never_replaced(shell, name):
    Path("link").symlink_to("/dev/stdout")
    Path("r.csv").write_text("kept\n")

    done = shell(f"validator {' '.join(CHECK)} -o {name} >> r.csv")

    assert done.returncode == 0, done.stderr
    assert Path("r.csv").read_text().startswith("kept\nname,phone,e164,verdict")
    assert Path("r.csv").read_text().count("registered") == 3
    assert Path("link").is_symlink()
    assert Path("/dev/stdout").is_symlink()


@pytest.mark.slow
def test_another_descriptor_is_the_stream_too(shell):
    done = shell(f"validator {' '.join(CHECK)} -o /dev/fd/7 --sendable /dev/stdout 7> r.csv")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("name,phone,e164,whatsapp_id")
    assert Path("r.csv").read_text().count("registered") == 3


def test_standard_output_by_any_name_is_wanted_once(run, listed, provider):
    provider()
    listed()

    for words in (
        ["-o", "/dev/stdout", "--json"],
        ["-o", "-", "--sendable", "/dev/fd/1"],
        ["--report", "/dev/stdout", "--json"],
        ["--sendable", "/proc/self/fd/1", "--summary", "/dev/stdout"],
    ):
        done = run(*CHECK, *words)
        assert (done.code, done.out) == (2, "")
        assert "all want standard output; leave it to one of them" in done.err


@pytest.mark.parametrize("option", ["-o", "--sendable", "--report", "--summary"])
def test_dev_null_takes_all_and_stays(check, option):
    before = Path(os.devnull).stat()

    assert check(option, os.devnull).code == 0

    after = Path(os.devnull).stat()
    assert stat.S_ISCHR(after.st_mode)
    assert (after.st_ino, after.st_rdev) == (before.st_ino, before.st_rdev)


def test_a_named_pipe_gets_the_rows_and_stays(check):
    os.mkfifo("pipe")
    came = []
    reader = threading.Thread(target=lambda: came.append(Path("pipe").read_text()))
    reader.start()

    assert check("-o", "pipe").code == 0

    reader.join()
    assert came[0].startswith("name,phone,e164,verdict")
    assert stat.S_ISFIFO(Path("pipe").stat().st_mode)


def test_a_named_pipe_is_read_once_into_a_copy(run, provider, files):
    provider()
    os.mkfifo("pipe.csv")
    writer = threading.Thread(target=lambda: Path("pipe.csv").write_text(LIST))
    writer.start()

    done = run("check", "pipe.csv", *PLAIN, "-o", "out.csv", "--json")

    writer.join()
    assert (done.code, done.json["rows"], done.json["input"]) == (0, 4, "pipe.csv")
    assert files() == ["out.csv", "pipe.csv"]


def test_a_pipe_has_no_name_to_call_the_output_by(run, provider):
    provider()
    os.mkfifo("pipe.csv")

    done = run("check", "pipe.csv", *PLAIN)

    assert (done.code, len(done.said)) == (2, 1)
    assert "use --output" in done.err


@pytest.mark.slow
def test_what_a_shell_substitutes_is_read_and_opt_outs_in_it_too(shell):
    options = f"{' '.join(PLAIN)} -q -o out.csv --suppress <(echo phone; echo {ANN})"

    done = shell(f"validator check <(cat leads.csv) {options}")

    assert done.returncode == 0, done.stderr
    assert Path("out.csv").read_text().count("suppressed") == 2


@pytest.mark.parametrize("option", ["-o", "--sendable"])
def test_a_reader_of_another_pipe_that_goes_away_is_an_error(check, option):
    os.mkfifo("pipe")
    rows = "".join(f"x{n},{ANN}\n" for n in range(20_000))
    reader = threading.Thread(target=lambda: os.close(os.open("pipe", os.O_RDONLY)))
    reader.start()

    done = check(option, "pipe", content=f"name,phone\n{rows}")

    reader.join()
    assert done.code == 3
    assert "pipe cannot be written" in done.err


@pytest.mark.slow
@pytest.mark.parametrize("target", ["-", "/dev/stdout"])
def test_a_reader_that_has_seen_enough_ends_it_quietly(shell, target):
    rows = "".join(f"x{n},{ANN}\n" for n in range(20_000))
    Path("leads.csv").write_text("name,phone\n" + rows)

    done = shell(f"validator {' '.join(CHECK)} -o {target} | head -1; echo ${{PIPESTATUS[0]}}")

    assert done.stdout.splitlines()[1:] == ["141"]
    assert done.stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize("words", ["sessions", f"lookup {ANN} --no-canaries", "contacts"])
def test_tables_end_quietly_too(shell, words):
    done = shell(f"validator {words} -q | true; echo ${{PIPESTATUS[0]}}")

    assert (done.stdout, done.stderr) in {("141\n", ""), ("0\n", "")}


@pytest.fixture
def precious(environment, ledger_path, tmp_path):
    """Files that no output may take the place of, with the options that name them."""
    Path("key").write_text(KEY)
    Path("key").chmod(0o600)
    PROJECT_FILE.write_text('order = "input"\n')
    own = tmp_path / "xdg_config_home" / "recipient-validator" / "config.toml"
    own.parent.mkdir(parents=True)
    own.write_text("[keys.other]\nsessions = 'sess_a'\napi-key-file = 'other-key'\n")
    Path("other-key").write_text(KEY)
    named = tmp_path / "named.toml"
    named.write_text("limit = 5\n")
    open_ledger(ledger_path, holder="pytest").close()
    for end in ("lock", "host"):
        ledger_path.with_name(f"key-0123456789ab.{end}").touch()
    shutil.copy(certifi.where(), "authorities.pem")
    parts = {end: ledger_path.with_name(ledger_path.name + end) for end in ("", "-wal", "-shm", ".lock")}
    return {
        "the key": Path("key"),
        "the key of a table": Path("other-key"),
        "the project's settings": PROJECT_FILE,
        "own settings": own,
        "named settings": named,
        "authorities": Path("authorities.pem"),
        "the key's lock": ledger_path.with_name("key-0123456789ab.lock"),
        "the key's host": ledger_path.with_name("key-0123456789ab.host"),
        **{f"the ledger{end}": path for end, path in parts.items()},
    }


@pytest.mark.parametrize(
    "what",
    [
        "the key",
        "the key of a table",
        "the project's settings",
        "own settings",
        "named settings",
        "authorities",
        "the key's lock",
        "the key's host",
        "the ledger",
        "the ledger-wal",
        "the ledger-shm",
        "the ledger.lock",
    ],
)
@pytest.mark.parametrize(
    "words",
    [
        ["check", "leads.csv", *PLAIN, "-o"],
        ["check", "leads.csv", *PLAIN, "--summary"],
        ["report", "leads.csv", "--report"],
        ["contacts", "-o"],
        ["ledger", "export"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_nothing_that_must_be_kept_is_written_over(*, run, provider, listed, precious, tmp_path, what, words):
    app, target = provider(), precious[what]
    listed()
    key = ["--api-key-file", "key"] if words[0] in {"check", "contacts"} else []
    if what == "authorities" and key:
        key += ["--ca-file", "authorities.pem"]
    before = target.read_bytes() if target.exists() else None
    if not key and what in {"the key", "authorities"}:
        pytest.skip("these commands need no key and no network")

    done = run("--config", tmp_path / "named.toml", *words[:1], *words[1:], target, *key)

    assert (done.code, app.log.requests) == (2, 0)
    assert "; name another file" in done.err
    assert (target.read_bytes() if target.exists() else None) == before


@pytest.mark.slow
@pytest.mark.parametrize("how", ["stdin", "pipe"])
def test_what_a_killed_run_has_copied_is_closed_to_others_and_cleared_by_the_next(
    *, environment, spawn, until, tmp_path, run, listed, provider, how
):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment.setenv("TMPDIR", str(temporary))
    environment.setattr("tempfile.tempdir", str(temporary))
    provider()
    os.mkfifo("pipe.csv")
    source = "-" if how == "stdin" else "pipe.csv"
    process = spawn("check", source, "-o", "out.csv", *PLAIN, stdin=subprocess.PIPE, umask=0)
    feed = process.stdin if how == "stdin" else Path("pipe.csv").open("w")  # noqa: SIM115 - left open
    feed.write(LIST)
    feed.flush()
    until(lambda: any(path.is_file() for path in temporary.glob("*/*")))

    modes = {stat.S_IMODE(path.stat().st_mode) for path in temporary.rglob("*") if path.is_file()}
    process.send_signal(signal.SIGKILL)
    process.wait()
    feed.close()
    assert modes == {0o600}
    assert list(temporary.iterdir())

    run("plan", listed())
    assert list(temporary.iterdir()) == []


def test_the_copies_of_a_run_that_lives_are_left_alone(environment, tmp_path, run, listed):
    environment.setattr("tempfile.tempdir", str(tmp_path))
    with temporary_folder() as folder:
        (folder / "list").write_text("x")
        run("plan", listed())
        assert (folder / "list").exists()
    assert not folder.exists()
