"""Other gateways on the command line: chosen by name, with their own variables, tables and limits."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.support.cli.constants import ANN, BOB
from validator.gateways.registry import DEFAULT_GATEWAY, DEFAULT_VARIABLES, GATEWAYS, capabilities_of
from validator.model import Strength
from validator.sandbox import SESSION_NAMES, SandboxConfig, Session, create_app, parse_fault


def rows_of(done):
    return done.json["rows"]


def assert_hidden(done, folder):
    """No key, and no token that an answer brings along, is in what was said or written."""
    files = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert not [secret for secret in (KEY, "token-of-") if secret in done.out + done.err]
    assert not [secret for secret in (KEY, "token-of-") if secret.encode() in files]


OTHERS = [name for name in GATEWAYS if name != "sendapi"]
KEY = "canary:token_5f2d9a77"
LIST = f"name,phone\nAnn,{ANN}\nBob,{BOB}\nCy,nonsense\n"
FAST = ("--rate", "600/min")


def test_the_variables_that_help_texts_know_are_those_of_the_default_gateway():
    capabilities = capabilities_of(DEFAULT_GATEWAY)

    assert {field: getattr(capabilities, field) for field in DEFAULT_VARIABLES} == DEFAULT_VARIABLES


@pytest.fixture(params=OTHERS)
def capabilities(request):
    return capabilities_of(request.param)


@pytest.fixture
def serve(environment, stage, capabilities):
    """Let the sandbox's dialect of a gateway be the server that the environment names."""

    def start(*faults, gateway=capabilities.name, **settings):
        config = SandboxConfig(gateway=gateway, faults=tuple(map(parse_fault, faults)), **settings)
        stage[0].app = create_app(config)
        environment.setenv(capabilities.key_variable, KEY)
        environment.setenv(capabilities.url_variable, stage[1].removesuffix("/v1"))
        environment.setenv(capabilities.session_variable, SESSION_NAMES[capabilities.name][0])
        return stage[0].app

    return start


@pytest.fixture
def ask(run, capabilities):
    """Run a command with the gateway chosen."""
    return lambda command, *words: run(command, *words, "--gateway", capabilities.name)


@pytest.fixture
def check(ask, listed):
    return lambda *words: ask("check", listed(LIST), "--accept", "possible", "--json", *words)


@pytest.mark.slow
def test_a_list_is_checked_and_each_answer_says_how_far_it_can_be_trusted(
    serve, check, capabilities, tmp_path
):
    app = serve()

    done = check("-o", "out.ndjson", "--strength", "--report", "r.html", "-v", *FAST)

    assert done.code == 0, done.err
    rows = [json.loads(line) for line in Path("out.ndjson").read_text().splitlines()]
    assert [row["verdict"] for row in rows] == ["registered", "not_registered", "invalid"]
    assert [row["strength"] for row in rows] == ["definite", capabilities.negatives.value, None]
    assert app.log.calls(BOB) == 1
    assert ("is weak" in done.err) == (capabilities.negatives is Strength.WEAK)
    assert_hidden(done, tmp_path)


def test_without_its_own_variables_the_gateway_names_them(ask, listed, capabilities, environment):
    environment.setenv("SENDAPI_API_KEY", "sk_test_canary_5f2d9a")
    environment.setenv("SENDAPI_BASE_URL", "http://127.0.0.1:9")
    environment.setenv("SENDAPI_SESSION_ID", "sess_1")
    done = ask("check", listed(LIST))
    assert done.code == 2
    assert f"no API key; set {capabilities.key_variable}" in done.err

    environment.setenv(capabilities.key_variable, KEY)
    if capabilities.default_url is None:
        done = ask("check", listed(LIST), "--session", SESSION_NAMES[capabilities.name][0])
        assert done.code == 2
        assert f"(--base-url or {capabilities.url_variable})" in " ".join(done.err.split())
        environment.setenv(capabilities.url_variable, "http://127.0.0.1:9")

    if not capabilities.default_session:
        done = ask("check", listed(LIST))
        assert f"name one with --session or {capabilities.session_variable}" in done.err


def test_sessions_and_contacts_are_listed_where_they_are_offered(serve, ask, capabilities):
    serve()
    sessions, contacts = ask("sessions", "--json"), ask("contacts", "--json")

    if capabilities.lists_sessions:
        assert SESSION_NAMES[capabilities.name][0] in sessions.out
    else:
        assert (sessions.code, "lists no sessions" in sessions.err) == (2, True)
    if capabilities.has_contacts:
        assert contacts.code == 0
        assert len(rows_of(contacts)) == 250
    else:
        assert (contacts.code, "gives no contacts" in contacts.err) == (2, True)
    assert KEY not in sessions.out + sessions.err + contacts.out + contacts.err


def test_doctor_and_lookup_go_through_the_gateway(serve, ask, capabilities):
    serve()

    doctor, lookup = ask("doctor", "--json"), ask("lookup", ANN, "--accept", "possible", "--json", *FAST)

    findings = {row["check"]: row["state"] for row in rows_of(doctor)}
    assert findings["connection"] == "ok", doctor.out
    assert findings[f"session {SESSION_NAMES[capabilities.name][0]}"] == "ok"
    assert lookup.code == 0, lookup.err
    assert rows_of(lookup)[0]["verdict"] == "registered"


@pytest.mark.parametrize("capabilities", ["evolution"], indirect=True)
def test_doctor_and_sessions_say_that_an_instance_has_no_number_check(serve, ask):
    name = SESSION_NAMES["evolution"][0]
    serve(sessions=(Session(id=name, name="Shop", status="cloud", phone_number=ANN),))

    doctor, sessions = ask("doctor", "--json"), ask("sessions", "--json")

    found = {row["check"]: row for row in rows_of(doctor)}[f"session {name}"]
    assert (doctor.code, found["state"]) == (5, "problem")
    assert "no number check" in found["what"]
    assert "no number check" in sessions.out


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("evolutoin", "evolution"), ("Evolution", "evolution"), ("GOWA", "gowa"), ("waah", "waha")],
)
def test_a_name_that_is_none_gets_the_nearest(run, listed, name, nearest):
    for command in (("check", listed(LIST)), ("lookup", ANN), ("sessions",), ("sandbox",)):
        done = run(*command, "--gateway", name)

        assert done.code == 2
        assert f"there is no gateway {name!r}" in done.err
        assert f"Did you mean {nearest!r}?" in done.err


@pytest.fixture(params=[("session_variable", KEY), ("url_variable", f"http://127.0.0.1:9/x/{KEY}")])
def misplaced(request, serve, capabilities, environment):
    """Put the key into another variable as well; return its name."""
    serve()
    field, value = request.param
    environment.setenv(getattr(capabilities, field), value)
    return getattr(capabilities, field)


def test_a_key_in_another_place_is_refused_and_not_shown(misplaced, ask, listed, tmp_path):
    for command in (("check", listed(LIST)), ("lookup", ANN), ("contacts",), ("doctor",)):
        done = ask(*command)

        assert done.code == 2
        assert f"or {misplaced})" in " ".join((done.out + done.err).split())
        assert_hidden(done, tmp_path)


def test_gateways_are_listed_with_what_each_can_do(run):
    rows = {row["name"]: row for row in rows_of(run("gateways", "--json"))}

    assert list(rows) == list(GATEWAYS)
    assert rows["evolution"]["no"] == "weak"
    assert rows["sendapi"]["no"] == "definite"
    assert all(row["numbers_a_day"] for row in rows.values())


@pytest.fixture
def settings(environment):
    """Write the user's settings file."""

    def write(text):
        tomllib.loads(text)
        path = Path("own.toml")
        path.write_text(text)
        return "--config", path

    return write


def test_the_table_of_a_gateway_sets_what_holds_for_it_and_may_make_it_the_default(run, settings, listed):
    own = settings('[gateway.evolution]\nbase-url = "http://127.0.0.1:9"\ndefault = true\nrate = "5/min"\n')

    found = {row["setting"]: row for row in rows_of(run(*own, "config", "--json", "check"))}

    assert found["base-url"]["value"] == "http://127.0.0.1:9"
    assert "own.toml" in found["base-url"]["from"]
    assert found["(key)"]["from"] == "nowhere"
    found = {
        row["setting"]: row for row in rows_of(run(*own, "config", "--json", "check", "--gateway", "sendapi"))
    }
    assert "base-url" not in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[gateway.evolutoin]\n", "Did you mean 'evolution'?"),
        ("[gateway.evolution]\nbase_ulr = 'x'\n", "Did you mean 'base-url'?"),
        ("[gateway]\nevolution = 3\n", "is not a table"),
    ],
)
def test_a_table_that_cannot_be_is_refused(run, settings, listed, text, message):
    done = run(*settings(text), "plan", listed(LIST))

    assert done.code == 2
    assert message in done.err


def test_two_defaults_are_refused_unless_one_is_named(run, settings, listed):
    own = settings("[gateway.evolution]\ndefault = true\n[gateway.waha]\ndefault = true\n")

    done = run(*own, "plan", listed(LIST), "--accept", "possible")

    assert done.code == 2
    assert "[gateway.evolution] and [gateway.waha] both say default = true" in " ".join(done.err.split())
    assert run(*own, "plan", listed(LIST), "--accept", "possible", "--gateway", "waha").code == 0


def test_a_file_found_in_a_folder_says_nothing_about_gateways(run, listed):
    Path("validator.toml").write_text('[gateway.evolution]\nbase-url = "http://127.0.0.1:9"\n')

    done = run("plan", listed(LIST))

    assert done.code == 2
    assert "which a file found in a folder may not" in done.err
