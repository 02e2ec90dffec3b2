"""What lies in a working folder decides nothing about where a key goes or what is written outside it."""

import os
from pathlib import Path

import click
import pytest

from tests.support.cli.constants import KEY, PLAIN, SESSION
from tests.support.cli.csv_rows import rows_of
from validator.batch.keys import make_key
from validator.batch.known_hosts import with_known_host
from validator.cli import COMMANDS, cli
from validator.cli.settings.settings_files import FOLDER_MAY_SET
from validator.places import state_folder, user_file

LEADS = "leads.csv"

# Options that decide where a key goes, which credentials are read, what is kept, or what is served: they come
# from flags, the environment, or a file that the user has written or named.
ONLY_THE_USER = {
    "gateway",
    "allow-new-host",
    "allow-remote",
    "api-key-file",
    "base-url",
    "before",
    "ca-file",
    "cluster",
    "column",
    "keys",
    "ledger",
    "metrics",
    "no-canaries",
    "notify",
    "notify-secret-file",
    "otlp",
    "proxy",
    "success-codes",
    "suppress-unreadable",
    "watch",
}


def options_of(command):
    if isinstance(command, click.Group):
        return {name for inner in command.commands.values() for name in options_of(inner)}
    options = [option for option in command.params if isinstance(option, click.Option)]
    return {max(option.opts, key=len).lstrip("-") for option in options}


def test_an_option_that_nobody_has_thought_about_is_refused_in_a_folders_file():
    """A new option is in neither set until somebody has decided; the check here names it."""
    asking = ("check", "plan", "sample", "lookup", "contacts", "sessions", "doctor", "report")
    every = {name for command in asking for name in options_of(cli.get_command(None, command))}

    assert every - FOLDER_MAY_SET <= ONLY_THE_USER
    assert every >= FOLDER_MAY_SET
    assert set(asking) <= set(COMMANDS)


@pytest.fixture
def own_opt_outs(tmp_path):
    """Write a list of people who opted out, and name it in the user's own settings file."""

    def write(content):
        path = tmp_path / "opt-outs.csv"
        path.write_text(content)
        user_file().parent.mkdir(parents=True, exist_ok=True)
        user_file().write_text(f'suppress = "{path}"\n')

    return write


@pytest.mark.parametrize(
    "line",
    [
        'base-url = "https://stranger.example/v1"',
        'base_url = "https://stranger.example/v1"',
        '[check]\nbase-url = "https://stranger.example/v1"',
        'api-key-file = "/etc/passwd"',
        'ledger = "here.sqlite"',
        'proxy = "http://stranger.example:3128"',
        'ca-file = "here.pem"',
        '[check]\nca_file = "here.pem"',
        'keys = "a"',
        '[keys.a]\nsessions = ["s"]',
        "allow-new-host = true",
    ],
)
@pytest.mark.parametrize("command", [["sessions"], ["doctor"], ["lookup", "+447400123456"], ["check", LEADS]])
def test_a_folders_file_that_says_where_the_key_goes_ends_the_command(run, listed, line, command):
    listed()
    Path("validator.toml").write_text(line + "\n")

    done = run(*command)

    assert done.code == 2
    assert "validator.toml sets" in done.err
    assert "--config validator.toml" in done.err


@pytest.mark.parametrize("option", ["report", "summary", "sendable", "output", "suppress"])
@pytest.mark.parametrize(
    "value", ["../x", "/tmp/elsewhere/x", "https://a.example/x.csv", "s3://b/x.csv", "link/x"]
)
def test_a_folders_file_names_files_in_its_folder_only(run, listed, tmp_path, option, value):
    listed()
    Path("link").symlink_to(tmp_path)
    Path("validator.toml").write_text(f'[check]\n{option} = "{value}"\n')

    done = run("check", LEADS, *PLAIN)

    assert done.code == 2
    assert f"validator.toml: {option} = '{value}' is" in done.err
    assert not (tmp_path / "x").exists()


def test_files_in_the_folder_and_standard_output_may_be_named(run, provider, listed):
    provider()
    listed()
    Path("validator.toml").write_text('[check]\nreport = "r.html"\noutput = "-"\n')

    done = run("check", LEADS, *PLAIN)

    assert (done.code, Path("r.html").exists()) == (0, True)
    assert "verdict" in done.out


def test_a_named_file_is_trusted_as_the_users_own(run, provider, listed, tmp_path):
    provider()
    listed()
    Path("validator.toml").write_text(f'ledger = "{tmp_path}/mine.sqlite"\n')

    assert run("--config", "validator.toml", "check", LEADS, *PLAIN).code == 0
    assert (tmp_path / "mine.sqlite").exists()


@pytest.mark.parametrize(
    ("line", "suppressed"),
    [
        ("suppress = []", {"Ann"}),
        ('suppress = "theirs.csv"', {"Ann", "Bob"}),
        ('[check]\nsuppress = ["theirs.csv"]', {"Ann", "Bob"}),
        ("", {"Ann"}),
    ],
)
def test_the_users_own_opt_outs_stay_whatever_a_folders_file_says(
    *, run, provider, listed, own_opt_outs, line, suppressed
):
    provider()
    listed("name,phone\nAnn,+447700900001\nBob,+447700900002\nCy,+447700900003\n")
    own_opt_outs("phone\n+447700900001\n")
    Path("theirs.csv").write_text("phone\n+447700900002\n")
    Path("validator.toml").write_text(line + "\n")

    assert run("check", LEADS, *PLAIN, "-q").code == 0

    rows = rows_of("leads.checked.csv")
    assert {row["name"] for row in rows if row["verdict"] == "suppressed"} == suppressed


@pytest.fixture(params=["flag", "variable", "own file"])
def naming(request, environment, tmp_path, own_opt_outs):
    """Name a list of people who opted out as only its user can; return the arguments."""

    def name(content):
        if request.param == "own file":
            own_opt_outs(content)
            return ()
        path = tmp_path / "opt-outs.csv"
        path.write_text(content)
        if request.param == "flag":
            return ("--suppress", path)
        environment.setenv("VALIDATOR_PLAN_SUPPRESS", str(path))
        return ()

    return name


@pytest.mark.parametrize("line", ["suppress-column = 'old'", "[plan]\nsuppress_column = ['old']"])
def test_a_folders_file_does_not_say_which_columns_of_the_users_own_opt_outs_count(run, listed, naming, line):
    listed()
    words = naming("old,new\n+447700900001,+447700900002\n")
    Path("validator.toml").write_text(f"{line}\n")

    done = run("plan", LEADS, *words)

    assert done.code == 2
    assert "would change how your own lists of people who opted out are read" in done.err
    assert run("plan", LEADS, *words, "--suppress-column", "old").code == 0
    assert run("--config", "validator.toml", "plan", LEADS, *words).code == 0


OF_READING = ["region = 'DE'", "region-column = 'land'", "numbers = 'national'\nregion = 'DE'"]


@pytest.mark.parametrize("line", OF_READING)
def test_a_folders_file_makes_no_other_number_of_the_users_own_opt_outs(run, listed, naming, line):
    """07400 123456 is a number in Germany, too, and the one of nobody in the list."""
    listed("name,land,phone\nAnn,GB,+447400123456\nBob,GB,+447400123457\n")
    words = naming("phone,land\n07400123456,DE\n+447400123457,DE\n")
    Path("validator.toml").write_text(f"{line}\n")

    done = run("plan", LEADS, *words)
    named = run("plan", LEADS, *words, "--region", "GB", "--region-column", "name", "--json")

    assert (done.code, "cannot be read" in done.err, "--region" in done.err) == (3, True, True)
    assert (named.code, named.json["suppressed"]) == (0, 2)


@pytest.mark.parametrize("line", OF_READING)
def test_opt_outs_with_a_country_code_are_read_whatever_a_folders_file_says(run, listed, naming, line):
    listed("name,land,phone\nAnn,GB,+447400123456\nBob,GB,+447400123457\n")
    words = naming("phone,land\n+447400123456,DE\n447400123457,DE\n")
    Path("validator.toml").write_text(f"{line}\n")

    assert run("plan", LEADS, *words, "--json").json["suppressed"] == 2


def test_a_folders_file_says_how_its_own_opt_outs_are_read(run, listed):
    listed("name,phone\nAnn,+447400123456\n")
    Path("theirs.csv").write_text("old,new\n07400123456,n/a\n")
    Path("validator.toml").write_text("suppress = 'theirs.csv'\nsuppress-column = 'old'\nregion = 'GB'\n")

    assert run("plan", LEADS, "--json").json["suppressed"] == 1


def test_a_file_that_is_named_may_be_a_pipe(run, listed):
    listed()
    for line, code in {"nonsense = 1\n": 2, "quiet = true\n": 0}.items():
        reading, writing = os.pipe()
        os.write(writing, line.encode())
        os.close(writing)

        assert run("--config", f"/dev/fd/{reading}", "plan", LEADS).code == code
        os.close(reading)


@pytest.mark.parametrize("mode", [0o664, 0o666, 0o602])
def test_a_file_that_others_may_write_to_is_not_read_and_that_is_said(run, listed, mode):
    listed()
    path = Path("validator.toml")
    path.write_text("nonsense = 1\n")
    path.chmod(mode)

    done = run("plan", LEADS)

    assert done.code == 0
    assert f"validator.toml is not read: others may write to it (mode {mode:04o}); chmod go-w" in done.err
    path.chmod(0o600)
    assert run("plan", LEADS).code == 2


def test_a_file_in_a_folder_that_others_may_write_to_is_not_read(run, listed):
    listed()
    Path("validator.toml").write_text("nonsense = 1\n")
    Path().absolute().chmod(0o777)

    assert "others may write to its folder" in run("plan", LEADS).err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_somebody_elses_file_is_not_read(run, listed):
    listed()
    path = Path("validator.toml")
    path.write_text("nonsense = 1\n")
    os.chown(path, 12345, 12345)

    assert "belongs to another user" in run("plan", LEADS).err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_somebody_elses_link_to_a_file_of_ours_is_not_read(run, listed):
    listed()
    Path("mine.toml").write_text("nonsense = 1\n")
    link = Path("validator.toml")
    link.symlink_to("mine.toml")
    os.chown(link, 12345, 12345, follow_symlinks=False)

    assert "belongs to another user" in run("plan", LEADS).err


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_byte_order_mark_is_read_over(run, listed, codec, ending):
    listed()
    mark = "\ufeff" if codec == "utf-16-be" else ""
    Path("validator.toml").write_bytes(f"{mark}json = true{ending}".encode(codec))

    assert run("plan", LEADS).json["rows"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = " + "[" * 1000 + "]" * 1000, "nested too deeply"),
        ("x = " + "{a=" * 1500 + "1" + "}" * 1500, "nested too deeply"),
        ("a" + ".a" * 3000 + " = 1", "there is no command 'a'"),
        ("report = true", "report needs a text or a number"),
        ('json = "yes"', "json needs true or false"),
    ],
)
def test_what_no_settings_file_needs_is_one_line(run, listed, text, words):
    listed()
    Path("validator.toml").write_text(f"{text}\n")

    done = run("check", LEADS)

    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert words in done.err


def test_a_settings_file_in_another_encoding_is_one_line_with_the_remedy(run, listed):
    listed()
    Path("validator.toml").write_bytes('prefix = "Prüfung_"\n'.encode("cp1252"))

    done = run("plan", LEADS)

    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "validator.toml is not in UTF-8: invalid start byte at byte 12; save it in UTF-8" in done.err


@pytest.fixture
def key_of_elsewhere(environment):
    environment.setenv("SENDAPI_API_KEY", KEY)
    environment.setenv("SENDAPI_SESSION_ID", SESSION)


@pytest.mark.slow
def test_a_key_goes_to_another_host_only_if_that_is_said(run, key_of_elsewhere):
    """Nobody has these names, so that no request is answered; one host did so before."""
    missing = run("sessions", "--base-url", "https://typo.invalid/v1", "--timeout", "1s")
    first = run("sessions", "--base-url", "https://one.invalid/v1", "--timeout", "1s")
    state_folder().mkdir(parents=True, exist_ok=True)
    earlier = with_known_host(make_key(KEY, SESSION, base_url="https://one.invalid/v1"), state_folder())
    earlier.options.on_answer()
    other = run("sessions", "--base-url", "https://two.invalid/v1", "--timeout", "1s")
    local = run("sessions", "--base-url", "http://127.0.0.1:9/v1", "--timeout", "1s")
    again = run("sessions", "--base-url", "https://one.invalid/v1", "--timeout", "1s")
    allowed = run("sessions", "--base-url", "https://two.invalid/v1", "--timeout", "1s", "--allow-new-host")
    since = run("sessions", "--base-url", "https://two.invalid/v1", "--timeout", "1s")

    assert [done.code for done in (missing, first, local, again, allowed)] == [5, 5, 5, 5, 5]
    assert (other.code, since.code) == (2, 2)
    assert "first used with one.invalid, and would go to two.invalid now" in other.err
    assert "--allow-new-host" in other.err


def test_the_host_is_named_before_the_first_request_in_plan_and_summary(run, provider, listed):
    app = provider()
    listed()
    host = os.environ["SENDAPI_BASE_URL"].split("/")[2]

    plan = run("plan", LEADS, *PLAIN[:2], "--json")
    done = run("check", LEADS, *PLAIN, "--json")

    assert plan.json["host"] == done.json["keys"][0]["host"] == host
    assert f"checking at {host} 0 of" in done.err
    assert app.log.requests


@pytest.mark.parametrize(
    "words", [["s3://bucket/a.csv"], [LEADS, "--suppress", "https://a.example/stop.csv"]]
)
def test_a_plan_makes_no_request(run, listed, words):
    listed()

    done = run("plan", *words)

    assert (done.code, "a plan makes no request" in done.err) == (2, True)
