"""Manual pages: each command has one, with all of its options, and it is roff that a formatter takes."""

import re
import shutil
import subprocess

import click
import pytest

from tests.cli.test_help_pages import EVERY
from validator.cli.help.man_pages import _roff


@pytest.fixture
def pages(run, tmp_path):
    done = run("manual", "--dir", tmp_path / "man1")
    assert done.code == 0
    return {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "man1").iterdir()}


def plain(roff):
    return re.sub(r"\\f[BR]|\\&", "", roff).replace(r"\-", "-").replace(r"\(dq", '"').replace(r"\e", "\\")


def test_every_command_has_a_page_with_all_of_its_options_and_examples(pages):
    groups = {"validator", "validator-ledger"}

    assert set(pages) == {f"validator-{name.replace(' ', '-')}" for name in EVERY} | groups
    for name, command in EVERY.items():
        text = plain(pages[f"validator-{name.replace(' ', '-')}"])
        context = click.Context(command, info_name=name)
        options = [one for one in command.get_params(context) if isinstance(one, click.Option)]
        assert not [word for one in options for word in one.opts if word not in text]
        assert not [line for _, line in command.examples if f"\n{line}\n" not in text]
        assert "\n.SH EXIT STATUS\n" in text


def test_one_page_is_printed(run, pages):
    assert run("manual", "ledger", "purge").out == pages["validator-ledger-purge"]
    assert run("manual").out == pages["validator"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("groff") is None, reason="no groff here")
def test_a_formatter_finds_nothing_to_warn_of(pages):
    for name, text in pages.items():
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww", "-rLL=70n"],
            input=text.encode(),
            capture_output=True,
            check=True,
        )
        assert done.stderr == b"", name
        assert b"SYNOPSIS" in re.sub(rb".\x08", b"", done.stdout)


@pytest.mark.parametrize(
    ("text", "roff"),
    [
        (".TH", r"\&.TH"),
        ("'quoted'", r"\&'quoted'"),
        ("--rate 1\\2", r"\-\-rate 1\e2"),
        ('a "no"', r"a \(dqno\(dq"),
    ],
)
def test_no_text_is_taken_for_a_macro_or_an_escape(text, roff):
    assert _roff(text) == roff


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["chek"], 2, "Did you mean 'validator-check'?"),
        (["check", "--dir", "x"], 2, "--dir writes every page"),
        (["--dir", "leads.csv/man"], 3, "name another --dir"),
    ],
)
def test_a_page_that_cannot_be_is_an_error_with_its_remedy(run, listed, words, code, message):
    listed()

    done = run("manual", *words)

    assert (done.code, message in done.err) == (code, True)
