"""What shells complete: commands, options and values, without a word on standard error."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from validator.cli import COMMANDS, main
from validator.cli.options.completing import VARIABLE
from validator.cli.options.values import SHELLS


@pytest.fixture
def offered(capfd, environment):
    """What is offered for the last word of a command line, asked as fish does."""

    def offer(line):
        _, last = line.rsplit(" ", 1)
        environment.setenv("COMP_WORDS", line)
        environment.setenv("COMP_CWORD", last)
        environment.setenv(VARIABLE, "fish_complete")
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([])
        environment.delenv(VARIABLE)
        sys.stdout.flush()
        out, err = capfd.readouterr()
        assert (ended.value.code, err) == (0, "")
        return [line.split(",", 1)[1].split("\t")[0] for line in out.splitlines() if line]

    return offer


@pytest.fixture
def leads(listed):
    listed("Name,Mob No,phone 2\nAnn,+447700900001,\n")


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "xdg_config_home" / "recipient-validator" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(
        'session = ["sess_own"]\n[keys.uk]\nsessions = ["sess_uk"]\n[keys.us]\nsessions = ["sess_us"]\n'
        '[profiles.client-a]\nsession = "sess_a"\n[profiles.client-b]\nregion = "IN"\n'
    )


def test_commands(offered):
    assert offered("validator ") == list(COMMANDS)
    assert offered("validator c") == ["check", "contacts", "config", "completion"]
    assert offered("validator ledger ex") == ["export"]


def test_options(offered):
    assert "--region" in offered("validator check leads.csv --re")
    assert offered("validator check leads.csv --help-") == ["--help-all"]
    assert offered("validator check leads.csv --progress l") == ["lines"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("validator check leads.csv --column ", ["Name", "Mob No", "phone 2"]),
        ("validator plan leads.csv -c m", ["Mob No"]),
        ("validator plan leads.csv --join Name,", ["Name,Mob No", "Name,phone 2"]),
        ("validator check leads.csv --region-column N", ["Name"]),
        ("validator check x.csv --suppress leads.csv --suppress-column p", ["phone 2"]),
        ("validator ledger import leads.csv --column Na", ["Name"]),
        ("validator check missing.csv --column ", []),
        ("validator check --column ", []),
    ],
)
def test_columns_of_the_list_that_is_named(offered, leads, line, words):
    assert offered(line) == words


def test_sheets_and_the_columns_of_a_sheet(offered):
    book = openpyxl.Workbook()
    book.active.title = "Leads"
    book.active.append(["phone", "name"])
    book.active.append(["+447700900001", "Ann"])
    other = book.create_sheet("Old ones")
    other.append(["mobile", "who"])
    other.append(["+447700900002", "Bob"])
    book.save("leads.xlsx")

    assert offered("validator check leads.xlsx --sheet ") == ["Leads", "Old ones"]
    assert offered("validator check leads.xlsx --sheet 'Old ones' --column ") == ["mobile", "who"]
    assert offered("validator check leads.xlsx --column ") == ["phone", "name"]


def test_regions(offered):
    assert {"GB", "GH"} <= set(offered("validator check leads.csv --region G"))
    assert offered("validator lookup 1 -r gb") == ["GB"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("validator check leads.csv --session ", ["sess_own", "sess_uk", "sess_us"]),
        ("validator --profile client-a check leads.csv --session sess_a", ["sess_a"]),
        ("validator check leads.csv --keys u", ["uk", "us"]),
        ("validator check leads.csv --keys uk,", ["uk,us"]),
        ("validator --profile ", ["client-a", "client-b"]),
        ("validator --profile client-b check leads.csv --session sess_o", ["sess_own"]),
    ],
)
def test_what_the_settings_name(offered, own, line, words):
    assert offered(line) == words


def test_what_a_file_named_with_config_names(offered):
    Path("mine.toml").write_text('[keys.mine]\nsessions = ["sess_mine"]\n')

    assert offered("validator --config mine.toml check leads.csv --session ") == ["sess_mine"]


@pytest.mark.parametrize("text", ["not toml [", 'regon = "x"\n', "profiles = 3\n"])
def test_settings_that_cannot_be_read_offer_nothing(offered, text):
    Path("validator.toml").write_text(text)

    assert offered("validator check leads.csv --session ") == []
    assert offered("validator --profile ") == []


def test_a_settings_file_that_is_not_read_is_left_out_without_a_word(offered):
    Path("validator.toml").write_text('session = ["sess_others"]\n')
    Path("validator.toml").chmod(0o666)

    assert offered("validator check leads.csv --session ") == []


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_its_script(run, shell):
    done = run("completion", shell)

    assert done.code == 0
    assert f"{VARIABLE}={shell}_complete" in done.out


def test_another_shell_is_an_error_that_names_those_there_are(run):
    done = run("completion", "tcsh")

    assert done.code == 2
    assert "'bash', 'zsh', 'fish'" in done.err


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_completes_and_quotes(leads, tmp_path):
    program = tmp_path / "bin" / "validator"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m validator "$@"\n')
    program.chmod(0o755)
    script = (
        'eval "$(validator completion bash)"; '
        "COMP_WORDS=(validator plan leads.csv --column Mob); COMP_CWORD=4; "
        '_validator_completion validator; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    environment = os.environ | {"PATH": f"{program.parent}:{os.environ['PATH']}"}

    done = subprocess.run(
        ["bash", "--norc", "-c", script], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == ["'Mob No'"]
