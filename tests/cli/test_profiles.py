"""Profiles of settings files: what they beat, what beats them, and what they may say."""

import re
from pathlib import Path

import pytest

from tests.support.cli.constants import ANN, KEY, PLAIN, SESSION


@pytest.fixture
def own(tmp_path):
    """Write the user's own settings file."""

    def write(text):
        path = tmp_path / "xdg_config_home" / "recipient-validator" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


@pytest.fixture
def settings(run):
    """The settings of a command by name: each with its value and where it comes from."""

    def read(*words, before=()):
        done = run(*before, "config", "--json", "--all", *words)
        assert done.code == 0, done.err
        return {row["setting"]: (row["value"], row["from"]) for row in done.json["rows"]}

    return read


PROFILE = """
region = "GB"
rate = "60/min"
[profiles.client-a]
region = "IN"
session = ["sess_a1", "sess_a2"]
[profiles.client-a.check]
rate = "300/min"
[profiles.client-b]
region = "PK"
"""


def test_a_profile_beats_all_but_flags(own, settings, environment):
    path = own(PROFILE)
    Path("validator.toml").write_text('region = "BR"\nrate = "10/min"\n')
    environment.setenv("SENDAPI_SESSION_ID", "sess_env")
    environment.setenv("VALIDATOR_CHECK_RATE", "5/min")
    environment.setenv("VALIDATOR_CONFIG_AS_JSON", "true")

    found = settings("check", "--max-wait", "2h", before=("--profile", "client-a"))

    origin = f"{path} [profiles.client-a]"
    assert found["region"] == ("IN", origin)
    assert found["session"] == ("sess_a1, sess_a2", origin)
    assert found["rate"] == ("300/min", origin)
    assert found["max-wait"] == ("2h", "flag --max-wait")
    assert settings("check", "--region", "US", before=("--profile", "client-a"))["region"][0] == "US"


def test_without_the_profile_nothing_of_it_counts(own, settings):
    path = own(PROFILE)

    found = settings("check")

    assert found["region"] == ("GB", str(path))
    assert found["session"] == ("", "default")
    assert settings("plan", before=("--profile", "client-b"))["region"][0] == "PK"


def test_what_a_profile_says_for_one_command_is_not_said_for_others(own, settings):
    own(PROFILE)

    assert settings("plan", before=("--profile", "client-a"))["rate"][0] == "60/min"


def test_a_file_named_with_config_has_profiles_too_and_beats_the_users_own(own, settings, environment):
    own(PROFILE)
    Path("mine.toml").write_text('[profiles.client-a]\nregion = "FR"\n')
    environment.setenv("VALIDATOR_PROFILE", "client-a")

    found = settings("check", before=("--config", "mine.toml"))

    assert found["region"] == ("FR", "mine.toml [profiles.client-a]")
    assert found["rate"][0] == "300/min"


def test_a_run_goes_by_its_profile_and_the_next_command_names_it(own, run, provider, listed, environment):
    provider()
    environment.delenv("SENDAPI_API_KEY")
    environment.setenv("SENDAPI_SESSION_ID", "sess_nobody")
    Path("a.key").write_text(KEY)
    Path("a.key").chmod(0o600)
    own(
        f'[profiles.client-a]\napi-key-file = "a.key"\nsession = "{SESSION}"\n'
        'region = "IN"\nsuppress = "out.csv"\n'
    )
    listed("phone\n+447700900001\n+447700900020\n09876543210\n")
    listed(f"phone\n{ANN}\n", "out.csv")

    done = run("--profile", "client-a", "check", "leads.csv", *PLAIN, "--limit", "1", "--json")

    assert done.code == 5
    assert done.json["verdicts"]["suppressed"] == 1
    assert done.json["read_as"]["region"] == "IN"
    assert done.json["next_command"].startswith("validator --profile client-a check leads.csv")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('[profiles.client-b]\nregion = "IN"\n', "there are: client-b. Did you mean 'client-b'?"),
        ("", "there are: none."),
        (
            '[profiles.client-a]\nregon = "IN"\n',
            "no command has an option 'regon'; .* Did you mean 'region'?",
        ),
        ('[profiles.client-a.chek]\nrate = "1/s"\n', "no command 'chek'; .* Did you mean 'check'?"),
        ("[profiles.client-a]\napi-key = 'x'\n", "a key does not belong in here"),
        ("[profiles.client-a]\nrate = {}\n", "option 'rate' needs a text|no command 'rate'"),
        ("profiles = 3\n", "profiles is not a table; write .profiles.NAME."),
        ("[profiles]\nclient-a = 3\n", "profiles.client-a is not a table; write .profiles.client-a."),
    ],
)
def test_a_profile_that_cannot_be_is_an_error_with_its_remedy(own, run, text, error):
    own(text)

    done = run("--profile", "client-a", "config")

    assert done.code == 2
    [line] = done.said
    assert re.search(error.replace("?", r"\?"), line)


def test_a_misspelt_option_of_another_profile_is_found_too(own, run):
    own('[profiles.a]\nregion = "IN"\n[profiles.b]\nregon = "IN"\n')

    done = run("--profile", "a", "config")

    assert (done.code, "[profiles.b]: no command has an option 'regon'" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("setting", "error"),
    [
        ('api-key-file = "x"', "sets 'api-key-file', which a file found in a folder may not"),
        ('base-url = "http://127.0.0.1:1/v1"', "sets 'base-url'"),
        ('output = "../x.csv"', "outside that folder"),
        ('keys = { x = { sessions = ["s"] } }', "sets 'keys'"),
    ],
)
@pytest.mark.parametrize("chosen", [(), ("--profile", "client-a")])
def test_a_profile_in_a_folder_may_say_no_more_than_its_file(run, setting, error, chosen):
    Path("validator.toml").write_text(f"[profiles.client-a]\n{setting}\n")

    done = run(*chosen, "config")

    assert done.code == 2
    assert error in done.err


def test_lists_that_protect_people_come_beside_those_outside_of_the_profile(own, settings):
    own('suppress = "all.csv"\n[profiles.client-a]\nsuppress = ["a.csv", "b.csv"]\n')
    Path("validator.toml").write_text('[profiles.client-a]\nsuppress = "c.csv"\n')

    assert (
        settings("check", before=("--profile", "client-a"))["suppress"][0] == "all.csv, a.csv, b.csv, c.csv"
    )


def test_a_variable_with_such_lists_is_neither_left_out_nor_preferred(own, run, environment, listed):
    own('[profiles.client-a]\nsuppress = "a.csv"\n')
    environment.setenv("VALIDATOR_PLAN_SUPPRESS", "b.csv")

    done = run("--profile", "client-a", "plan", listed())

    assert done.code == 2
    assert (
        "VALIDATOR_PLAN_SUPPRESS in the environment and the profile both name lists to suppress" in done.err
    )


def test_secrets_and_people_are_hidden(own, run, environment):
    own('proxy = "http://me:s3cret@proxy:3128"\n[check]\ncanary = ["+447700900001"]\n')
    environment.setenv("SENDAPI_API_KEY", KEY)

    done = run("config", "check", "--base-url", "https://me:s3cret@host/v1")

    assert done.code == 0
    assert not [secret for secret in ("s3cret", "7700900001", KEY) if secret in done.out + done.err]
    assert "http://(hidden)@proxy:3128" in done.out
    assert "SENDAPI_API_KEY in the environment" in done.out


@pytest.mark.parametrize(
    ("proxy", "is_shown"),
    [
        ("http://me:s3cret@proxy:3128", "http://(hidden)@proxy:3128"),
        ("me:s3cret@proxy:3128", "(hidden)@proxy:3128"),
        ("http://me:s3@cret@proxy:3128", "http://(hidden)@proxy:3128"),
        ("http://me:s3/cret@proxy:3128", "http://(hidden)@proxy:3128"),
        ("http://proxy:3128", "http://proxy:3128"),
        ("none", "none"),
    ],
)
def test_a_password_of_a_proxy_is_hidden_whatever_is_in_it(settings, proxy, is_shown):
    assert settings("check", "--proxy", proxy)["proxy"][0] == is_shown


def test_variables_are_named_as_they_are_called(settings, environment):
    environment.setenv("VALIDATOR_CHECK_RATE", "5/min")
    environment.setenv("VALIDATOR_LEDGER_PURGE_OLDER_THAN", "3d")
    environment.setenv("SENDAPI_BASE_URL", "http://127.0.0.1:1/v1")

    assert settings("check")["rate"] == ("5/min", "VALIDATOR_CHECK_RATE in the environment")
    assert settings("check")["base-url"][1] == "SENDAPI_BASE_URL in the environment"
    found = settings("ledger", "purge")["older-than"]
    assert found == ("3d", "VALIDATOR_LEDGER_PURGE_OLDER_THAN in the environment")


@pytest.mark.parametrize("option", ["notify", "otlp"])
@pytest.mark.parametrize("path", ["T0/B0/secret", "secret?a=b/c", "secret"])
def test_the_path_of_a_webhook_or_a_collector_is_hidden(settings, option, path):
    shown = settings("check", f"--{option}", f"https://hooks.example.com/{path}")[option][0]

    assert shown == "https://hooks.example.com/(hidden)"


def test_files_that_are_read_and_not_are_shown_with_the_reason(own, run):
    path = own('region = "GB"\n')
    Path("validator.toml").write_text('rate = "1/s"\n')
    Path("validator.toml").chmod(0o666)

    rows = run("config", "--json").json["rows"]

    states = {row["from"]: row["value"] for row in rows if row["setting"] == "(settings file)"}
    assert states[str(path)] == "read"
    assert states["validator.toml"].startswith("not read: others may write to it (mode 0666); chmod go-w")
    assert not [row for row in rows if row["setting"] == "rate"]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["chek"], "there is no command 'chek'; .* Did you mean 'check'"),
        (["check", "--jason"], "No such option '--jason'"),
        (["check", "--rate", "fast"], "rate 'fast' is not understood"),
        (["ledger"], "there is no command ''; there are: .*purge"),
    ],
)
def test_a_command_that_cannot_be_is_an_error(run, words, error):
    done = run("config", *words)

    assert done.code == 2
    assert re.search(error, done.err)


NARROW = '[check]\nsuppress = ["out.csv"]\n'


def test_lists_for_one_command_are_said_to_be_ignored_by_the_others(own, run, listed):
    path = own(NARROW)
    listed(), listed(f"phone\n{ANN}\n", "out.csv")

    (line,) = run("plan", "leads.csv", "-q").said

    assert f"{path} sets suppress under [check] only, so that `plan` does not leave these people out" in line
    assert line.endswith("move the line to the top")


@pytest.mark.parametrize(
    "other", ['suppress = "more.csv"\n' + NARROW, NARROW + '[plan]\nsuppress = "out.csv"\n']
)
def test_lists_for_the_command_too_give_no_such_warning(own, run, listed, other):
    own(other)
    listed(), listed(f"phone\n{ANN}\n", "out.csv"), listed(f"phone\n{ANN}\n", "more.csv")

    assert "only, so that" not in run("plan", "leads.csv").err


def test_a_command_that_has_no_such_option_gives_no_such_warning(own, run):
    own(NARROW)

    assert "only, so that" not in run("config").err


def test_lists_of_a_profile_for_one_command_are_named_with_the_profile(own, run, listed):
    path = own('[profiles.a]\n[profiles.a.check]\nsuppress = "out.csv"\n')
    listed(), listed(f"phone\n{ANN}\n", "out.csv")

    assert f"{path} [profiles.a] sets suppress" in run("--profile", "a", "plan", "leads.csv").err
    assert "only, so that" not in run("plan", "leads.csv").err
