"""A value that is not understood: the message names the flag, the variable, or the file that sets it."""

from pathlib import Path

import pytest

from tests.support.cli.constants import KEY


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--max-age", "14", "--max-age: duration '14' is not understood"),
        ("--timeout", "100ms", "--timeout: duration '100ms' is not understood"),
        ("--wait-for-key", "1y", "--wait-for-key: duration '1y' is not understood"),
        ("--max-invalid", "2", "--max-invalid: share '2' is out of range"),
        ("--max-unknown", "few", "validator: --max-unknown 'few' is not understood"),
        ("--daily-cap", "many", "Invalid value for '--daily-cap': 'many' is not a valid integer range."),
    ],
)
def test_on_the_command_line_it_is_the_flag(run, listed, option, value, words):
    listed()

    done = run("check", "leads.csv", option, value)

    assert (done.code, words in done.err) == (2, True), done.err


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("VALIDATOR_CHECK_RATE", "xx", "VALIDATOR_CHECK_RATE: rate 'xx' is not understood"),
        ("VALIDATOR_CHECK_DAILY_CAP", "many", "VALIDATOR_CHECK_DAILY_CAP: 'many' is not a valid integer"),
        (
            "VALIDATOR_CHECK_LEDGER",
            "mysql://x/y",
            "VALIDATOR_CHECK_LEDGER: a ledger cannot be a mysql:// URL",
        ),
    ],
)
def test_in_the_environment_it_is_the_variable(run, environment, name, value, words):
    environment.setenv(name, value)

    done = run("check", "leads.csv")

    assert (done.code, words in done.err) == (2, True), done.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('max-age = "14"', "own.toml: max-age: duration '14' is not understood"),
        ('daily-cap = "many"', "own.toml: daily-cap: 'many' is not a valid integer range"),
        ('[profiles.a]\ntimeout = "x"', "own.toml [profiles.a]: timeout: duration 'x' is not understood"),
        ("strict = 3", "own.toml: strict = 3, and strict needs true or false"),
        ("[gateway.sendapi]\ntimeout = true", "own.toml: timeout = True, and timeout needs a text"),
        (
            '[gateway.evolution]\ndefault = "true"',
            "own.toml: [gateway.evolution]: default is 'true'; true or false",
        ),
        (r'sendable = "a\u0000b"', "own.toml has the character NUL"),
        ('[keys.a]\napi-key-file = "a\\U00000000"', "own.toml has the character NUL"),
        ('order = "random"', "own.toml: order: 'random' is not one of"),
    ],
)
def test_in_a_settings_file_it_is_the_file_and_the_option(run, listed, text, words):
    listed()
    Path("own.toml").write_text(f"{text}\n")
    profile = ("--profile", "a") if "profiles" in text else ()

    done = run("--config", "own.toml", *profile, "check", "leads.csv", "--gateway", "sendapi")

    assert (done.code, words in done.err) == (2, True), done.err


def test_of_a_command_in_a_group_too(run, environment):
    environment.setenv("VALIDATOR_LEDGER_PURGE_OLDER_THAN", "long")

    assert "VALIDATOR_LEDGER_PURGE_OLDER_THAN: duration 'long'" in run("ledger", "purge").err


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('api-key-file = "nofile.key"', "name the right one with api-key-file in [keys.us]"),
        (
            'api-key-variable = "US"',
            "[keys.us]: the key in US cannot be used: the API key does not start with",
        ),
        (
            'api-key-variable = "US"\ngateway = "gowa"\nbase-url = "https://gowa.example"',
            "cannot be used: the key of GOWA is a user and a password with a colon between them, as the",
        ),
    ],
)
def test_a_key_of_a_table_is_named_with_its_table(run, listed, environment, table, words):
    listed()
    environment.setenv("US", "bad")
    environment.setenv("SENDAPI_API_KEY", KEY)
    Path("own.toml").write_text(f'[keys.us]\nsessions = ["s"]\n{table}\n')

    done = run("--config", "own.toml", "check", "leads.csv", "--keys", "us")

    assert (done.code, words in done.err) == (2, True), done.err
    assert "SENDAPI_API_KEY" not in done.err
    assert "--api-key-file" not in done.err
