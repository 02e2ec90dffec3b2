"""`--keys NAME,...`: keys from the tables of a settings file that the user has named."""

import resource
from pathlib import Path

import pytest

from tests.support.cli.constants import KEY, PLAIN, SESSION

LEADS = "leads.csv"
NORTH = '[keys.north]\napi-key-variable = "NORTH_KEY"\nsessions = ["s"]\n'
BOTH = """
[keys.north]
sessions = ["s"]
api-key-variable = "NORTH_KEY"
[keys.south]
sessions = ["s"]
api-key-variable = "NORTH_KEY"
"""


@pytest.fixture
def configured(provider, listed, environment):
    """Write a list and a settings file with these lines; the environment has no key of its own."""
    app = provider()
    environment.setenv("NORTH_KEY", KEY)
    environment.delenv("SENDAPI_API_KEY")
    environment.delenv("SENDAPI_SESSION_ID")
    listed()

    def write(text):
        Path("keys.toml").write_text(text)
        return app

    return write


def test_a_run_asks_with_the_keys_that_are_named(run, configured):
    app = configured(
        f'[keys.north]\napi-key-variable = "NORTH_KEY"\nsessions = ["{SESSION}"]\nrate = "600/min"\n'
    )

    done = run("--config", "keys.toml", "check", LEADS, *PLAIN, "--keys", "north", "--json")

    assert done.code == 0
    (key,) = done.json["keys"]
    assert (key["key"], key["gateway"], key["limit_per_min"]) == ("north", "sendapi", 600)
    assert app.log.checks == 2


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["401@1", "402@1", "401@2"])
def test_a_key_of_a_table_that_is_refused_is_named(run, configured, provider, fault):
    configured(f'[keys.north]\napi-key-variable = "NORTH_KEY"\nsessions = ["{SESSION}"]\n')
    provider(fault)

    done = run("--config", "keys.toml", "check", LEADS, *PLAIN, "--keys", "north", "--json")

    assert done.code == 6
    assert (done.json.get("error") or done.json["stopped_because"]).startswith("key north: the ")
    assert "SENDAPI_API_KEY" not in done.err


@pytest.mark.parametrize(
    ("further", "options", "asked"),
    [
        ("", ("--daily-cap", "7"), 7),
        ("[check]\ndaily-cap = 6\n", (), 6),
        ("daily-cap = 4\n", ("--daily-cap", "7"), 4),
    ],
)
def test_the_daily_cap_is_that_of_each_key_whose_table_sets_none(run, configured, further, options, asked):
    app = configured(f'[keys.north]\napi-key-variable = "NORTH_KEY"\nsessions = ["{SESSION}"]\n{further}')
    Path(LEADS).write_text("phone\n" + "".join(f"+4474001234{place:02}\n" for place in range(12)))

    done = run("--config", "keys.toml", "check", LEADS, "--keys", "north", "--no-canaries", *options)

    assert (done.code, app.log.checks) == (5, asked)


def test_a_crash_leaves_no_core_dump_with_such_a_key(run, configured):
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    configured(f'[keys.north]\napi-key-variable = "NORTH_KEY"\nsessions = ["{SESSION}"]\n')
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (limits[1], limits[1]))
        run("--config", "keys.toml", "lookup", "+447700900001", *PLAIN, "--keys", "north")
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, limits)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_key_may_be_in_a_file(run, configured, codec):
    Path("north.key").write_bytes(f"{KEY}\r\n".encode(codec))
    Path("north.key").chmod(0o600)
    configured(f'[keys.north]\napi-key-file = "north.key"\nsessions = "{SESSION}"\n')

    assert run("--config", "keys.toml", "lookup", "+447700900001", *PLAIN, "--keys", "north").code == 0


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("[keys.south]\nsessions = ['s']\n", "no settings file of yours has [keys.north]; there are: south"),
        ("", "there are: none"),
        ("[keys.north]\n", "needs the sessions to check through"),
        ("[keys.north]\nsessions = []\n", "needs the sessions to check through"),
        ("[keys.north]\nsessions = [true]\n", "needs the sessions to check through"),
        ("[keys.north]\nsessions = ['']\n", "needs the sessions to check through"),
        (f"{NORTH}base-url = 'x'\n", "'x' does not start with https://"),
        (f"{NORTH}base-url = 'x'\n", "(base-url in this table)"),
        (
            f"{NORTH}gateway = 'evolution'\n",
            "say where, as in https://gateway.example (base-url in this table)",
        ),
        ("[keys.north]\ngateway = 'waha'\nbase-url = 'https://x.example'\n", "WAHA_API_KEY is not set"),
        ("[keys.north]\nsession = 's'\n", "Did you mean 'sessions'?"),
        ("[keys.north]\nsessions = ['s']\n", "SENDAPI_API_KEY is not set"),
        ("[keys.north]\nsessions = ['s']\napi-key-variable = 'ELSEWHERE'\n", "ELSEWHERE is not set"),
        ("[keys.north]\nsessions = ['s']\nspeed = 1\n", "has no setting 'speed'; there are: api-key-file"),
        ("[keys.north]\nsessions = ['s']\nrate = 300\n", "rate is 300; a text is expected"),
        ("[keys.north]\nsessions = ['s']\nrate = 'fast'\napi-key-variable = 'NORTH_KEY'\n", "rate 'fast'"),
        ("[keys.north]\nsessions = ['s']\ndaily-cap = 1\n", "daily-cap is 1"),
        ("[keys.north]\nsessions = ['s']\ngateway = 'signal'\n", "no gateway 'signal'"),
        (
            "[keys.north]\nsessions = ['s']\napi-key-file = 'a'\napi-key-variable = 'B'\n",
            "leave one of them out",
        ),
        ("[keys]\nnorth = 1\n", "keys.north is not a table"),
        (
            BOTH.replace('"s"', '"t"', 1),
            "[keys.north] and [keys.south] have the same key; name the sessions of both in one of them",
        ),
        (
            BOTH,
            "session s is named by [keys.north] and [keys.south]",
        ),
    ],
)
def test_what_a_table_should_not_say_is_one_line(run, configured, table, words):
    configured(table)
    names = "north,south" if "south" in table and "north" in table else "north"

    done = run("--config", "keys.toml", "check", LEADS, *PLAIN, "--keys", names)

    assert done.code == 2
    assert words in done.err
    assert "[keys.north]" in done.err
    assert KEY not in done.err


@pytest.mark.parametrize("option", ["--session", "--api-key-file"])
def test_what_the_tables_of_keys_set_contradicts_an_option_beside_them(run, configured, option):
    configured("[keys.north]\nsessions = ['s']\n")

    done = run("--config", "keys.toml", "check", LEADS, *PLAIN, "--keys", "north", option, "x")

    assert (done.code, f"leave {option} out" in done.err) == (2, True)
