"""`validator doctor`: is a run going to work?"""

import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.cli.constants import KEY, SESSION
from validator.cli.commands.doctor import clock, limit
from validator.cli.diagnosis.findings import Finding, State, worst
from validator.cli.diagnosis.local_checks import LEAST_FREE_BYTES, room
from validator.cli.settings.credentials import is_open_to_others
from validator.ledger import open_ledger
from validator.model import NO_NOTICE


@pytest.fixture
def diagnosis(run):
    def diagnose(*options):
        done = run("doctor", "--json", *options)
        return done.code, {row["check"]: (row["state"], row["what"]) for row in done.json["rows"]}

    return diagnose


def test_doctor_finds_nothing_wrong_where_nothing_is(diagnosis, provider, ledger_path):
    app = provider()

    code, found = diagnosis()

    assert code == 0
    assert {check: state for check, (state, _) in found.items()} == {
        "key": "ok",
        "proxy": "ok",
        "trust store": "ok",
        "address": "ok",
        "steps": "ok",
        "connection": "ok",
        "limit": "ok",
        f"session {SESSION}": "ok",
        "clock": "ok",
        "ledger": "ok",
        "sqlite": "ok",
        "disk": "ok",
        "settings": "ok",
        "time zone": "ok",
        "extras": "ok",
    }
    assert str(ledger_path) in found["ledger"][1]
    assert app.log.checks == 0


@pytest.mark.parametrize(
    ("zone", "state", "words"),
    [
        ("Asia/Kolkata", "ok", "IST (+0530)"),
        ("EST5", "ok", "EST (-0500)"),
        ("Asia/Kalkuta", "warning", "correct TZ (Europe/Berlin), or install the zones"),
    ],
)
def test_doctor_shows_the_zone_of_deadlines(*, diagnosis, provider, local_zone, zone, state, words):
    provider()
    local_zone(zone)

    found = diagnosis()[1]["time zone"]

    assert (found[0], words in found[1]) == (state, True)


# What each line says to do, by the fault or the options that bring it up.
REMEDIES: list[tuple[list[str], list[str], str, str]] = [
    ([], ["--api-key-file", "no"], "key", "name the right one with --api-key-file"),
    (["401=1"], [], "connection", "Put a valid one in its place"),
    (["402=1"], [], "connection", "Renew it, or wait for the next billing period"),
    (["404=1"], [], "connection", "See that --base-url is right"),
    (["redirect=1"], [], "connection", "set the right address with --base-url"),
    (
        ["500=1"],
        ["--max-wait", "1s"],
        "connection",
        "See that --base-url is right and the network is there",
    ),
    (["403=1"], [], f"session {SESSION}", "check it in the provider's dashboard"),
    ([], ["-s", "sess_nobody"], "session sess_nobody", "choose one with --session"),
    ([], ["--base-url", "http://sendapi.example/v1"], "connection", "(--base-url or SENDAPI_BASE_URL)"),
    (
        [],
        ["--ca-file", "no.pem", "--base-url", "https://localhost:9/v1"],
        "connection",
        "name a file with",
    ),
    ([], ["--ledger", "closed/l.sqlite"], "ledger", "name a file of yours with --ledger"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("faults", "options", "check", "remedy"), REMEDIES)
def test_a_line_that_is_not_ok_says_what_to_do(*, diagnosis, provider, faults, options, check, remedy):
    provider(*faults)
    Path("closed").write_text("no folder")

    _, found = diagnosis(*options)

    assert found[check][0] in {"problem", "skipped"}
    assert remedy in found[check][1]


@pytest.mark.parametrize(
    ("session", "remedy"),
    [
        ("sess_01H8BKF0000000000000000PND", "wait until it is, or link its phone again"),
        ("sess_01H8BKF0000000000000000DSC", "link its phone again"),
    ],
)
def test_a_session_that_is_not_ready_says_what_to_do(diagnosis, provider, session, remedy):
    provider()

    assert remedy in diagnosis("-s", session)[1][f"session {session}"][1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "check", "remedy"),
    [
        (["--base-url", "https://nowhere.invalid/v1"], "address", "this machine's name server works"),
        (["--base-url", "https://127.0.0.1:9/v1"], "steps", "whether a firewall wants a proxy (--proxy)"),
        (
            ["--base-url", "https://a.invalid/v1", "--proxy", "http://127.0.0.1:9"],
            "steps",
            "whether a firewall wants a proxy (--proxy)",
        ),
    ],
)
def test_a_way_that_ends_says_what_to_do(diagnosis, provider, options, check, remedy):
    provider()

    assert remedy in diagnosis(*options, "--timeout", "1s")[1][check][1]


def test_doctor_shows_the_limit_of_the_key(diagnosis, provider):
    provider()

    assert diagnosis()[1]["limit"] == ("ok", "2,000 requests in 60 s")


def test_a_limit_that_is_not_stated_is_named_by_the_user():
    assert limit(NO_NOTICE).state is State.SKIPPED
    assert "--rate" in limit(NO_NOTICE).what


def test_doctor_shows_which_settings_are_read(diagnosis, provider, environment):
    provider()
    assert diagnosis()[1]["settings"] == ("ok", "no settings file")
    Path("mine.toml").write_text("[check]\n")
    Path("validator.toml").write_text("[check]\n")
    environment.setenv("VALIDATOR_CHECK_RATE", "60/min")
    environment.setenv("VALIDATOR_NOTIFY_SECRET", "a secret of enough characters")

    state, what = diagnosis()[1]["settings"]

    assert (state, what) == ("ok", "validator.toml, VALIDATOR_CHECK_RATE")


def test_doctor_shows_a_settings_file_that_is_not_read_and_why(run, provider):
    provider()
    Path("validator.toml").write_text("[check]\n")
    Path("validator.toml").chmod(0o666)

    rows = [row for row in run("doctor", "--json").json["rows"] if row["check"] == "settings"]

    assert [row["state"] for row in rows] == ["ok", "warning"]
    assert "chmod go-w" in rows[1]["what"]


def test_doctor_shows_which_extras_are_there(diagnosis, provider):
    provider()

    state, what = diagnosis()[1]["extras"]

    assert state == "ok"
    assert {"excel", "cloud", "sandbox"} <= set(re.findall(r"\w+", what))


def test_doctor_shows_address_and_the_time_of_each_step(diagnosis, provider):
    provider()

    _, found = diagnosis("--proxy", "http://ann:secret-2026@127.0.0.1:9")

    assert found["proxy"][1] == "none"
    assert found["trust store"][1] == "not used: the address is on this machine and without TLS"
    assert re.fullmatch(r"127\.0\.0\.1, port \d+: 127\.0\.0\.1", found["address"][1])
    assert re.fullmatch(r"name [\d,]+ ms, connect [\d,]+ ms", found["steps"][1])
    assert re.fullmatch(r"127\.0\.0\.1:\d+ answered after [\d,]+ ms", found["connection"][1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "check", "words"),
    [
        (["--base-url", "https://nowhere.invalid/v1"], "address", "nowhere.invalid, port 443: none"),
        (["--base-url", "https://127.0.0.1:9/v1"], "steps", "connect"),
        (
            ["--base-url", "https://a.invalid/v1", "--proxy", "ann:secret-2026@127.0.0.1:9"],
            "steps",
            "proxy 127",
        ),
    ],
)
def test_doctor_shows_where_the_way_ends(*, diagnosis, provider, options, check, words):
    provider()

    code, found = diagnosis(*options, "--timeout", "1s")

    assert code == 5
    assert found[check][0] == "warning"
    assert words in found[check][1]
    assert "secret-2026" not in str(found)


@pytest.mark.slow
def test_doctor_names_proxy_and_trust_store_and_what_is_ignored(diagnosis, provider, environment):
    provider()
    environment.setenv("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    environment.setenv("HTTPS_PROXY", "http://ann:secret-2026@127.0.0.1:9")
    environment.setenv("SSLKEYLOGFILE", "secrets")

    _, found = diagnosis("--base-url", "https://localhost:9/v1", "--timeout", "1s")

    assert found["proxy"][1] == "127.0.0.1:9 (HTTPS_PROXY)"
    assert "(SSL_CERT_FILE)" in found["trust store"][1]
    assert found["trust store"][1].endswith("SSLKEYLOGFILE is ignored")
    assert not Path("secrets").exists()


@pytest.mark.parametrize("option", [["--ca-file", "no.pem"], ["--proxy", "socks5://127.0.0.1:9"]])
def test_doctor_names_a_way_that_cannot_be_used(diagnosis, provider, option):
    provider()

    code, found = diagnosis("--base-url", "https://localhost:9/v1", *option)

    assert (code, found["connection"][0]) == (2, "problem")
    assert f"{option[0]} names" in found["connection"][1]


def test_doctor_prints_a_line_a_check(run, provider, table):
    provider()

    header, rows = table(run("doctor").out)

    assert header == ["check", "state", "what"]
    assert {len(row) for row in rows} == {3}


def test_doctor_names_a_missing_key_and_session(diagnosis):
    code, found = diagnosis()

    assert code == 2
    assert found["key"][0] == found["session"][0] == "problem"
    assert found["connection"][0] == "skipped"


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("401=1", 6, "does not accept the API key"),
        ("402=1", 6, "quota"),
        ("404=1", 6, "--base-url"),
        ("redirect=1", 2, "redirects elsewhere"),
    ],
)
def test_doctor_says_why_the_provider_cannot_be_asked(diagnosis, provider, fault, code, words):
    provider(fault)

    found = diagnosis()

    assert found[0] == code
    assert found[1]["connection"][0] == "problem"
    assert words in found[1]["connection"][1]
    assert f"session {SESSION}" not in found[1]


def test_doctor_accepts_a_key_that_may_not_list_sessions(diagnosis, provider):
    provider("403=1")

    code, found = diagnosis()

    assert (code, found["connection"][0], found[f"session {SESSION}"][0]) == (0, "ok", "skipped")


def test_doctor_names_the_session_that_is_not_connected(diagnosis, provider):
    provider()

    code, found = diagnosis("-s", "sess_01H8BKF0000000000000000DSC", "-s", SESSION)

    assert code == 5
    assert found["session sess_01H8BKF0000000000000000DSC"] == (
        "problem",
        "disconnected; link its phone again in the provider's dashboard",
    )
    assert found[f"session {SESSION}"] == ("ok", "connected")


def test_doctor_names_the_session_that_is_not_there(diagnosis, provider):
    provider()

    code, found = diagnosis("-s", "sess_nobody", "-s", "a/b")

    assert code == 6
    assert "is not known to the provider" in found["session sess_nobody"][1]
    assert "cannot be right" in found["session a/b"][1]


def test_doctor_names_a_wrong_address(diagnosis, provider):
    provider()

    code, found = diagnosis("--base-url", "http://sendapi.example/v1")

    assert (code, found["connection"][0]) == (2, "problem")


@pytest.mark.parametrize(("ahead_s", "words"), [(3_600, "s behind the"), (-3_600, "s ahead of the")])
def test_doctor_warns_of_a_clock_that_is_off(diagnosis, provider, ahead_s, words):
    provider(wall=lambda: int(time.time()) + ahead_s)

    code, found = diagnosis()

    assert (code, found["clock"][0]) == (0, "warning")
    assert "the provider's; deadlines and the ages of answers go by it" in found["clock"][1]
    off_s = int(re.search(r"([\d,]+) s ", found["clock"][1])[1].replace(",", ""))
    assert abs(off_s - 3_600) <= 10
    assert words in found["clock"][1]


@pytest.mark.parametrize(
    ("sent_at_s", "state"),
    [
        (None, "skipped"),
        # Between question at 100 and answer at 102; the date is cut to whole seconds.
        (100, "ok"),
        (89, "ok"),
        (88, "warning"),
        (112, "ok"),
        (113, "warning"),
        (-62_000_000_000, "warning"),
    ],
)
def test_clocks_may_differ_by_ten_seconds(sent_at_s, state):
    assert clock(sent_at_s, 100.0, 102.0).state.value == state


@pytest.mark.parametrize(("mode", "state", "code"), [(0o600, "ok", 0), (0o640, "problem", 2)])
def test_doctor_looks_at_the_permissions_of_the_key_file(diagnosis, provider, mode, state, code):
    provider()
    Path("key").write_text(KEY)
    Path("key").chmod(mode)

    done, found = diagnosis("--api-key-file", "key")

    assert (done, found["key file"][0]) == (code, state)


@pytest.mark.parametrize(
    ("mode", "owner", "reader", "is_open"),
    [
        (0o600, 1_000, 1_000, False),
        (0o640, 1_000, 1_000, True),
        (0o604, 1_000, 1_000, True),
        (0o400, 0, 0, False),
        (0o440, 0, 0, True),
        (0o440, 0, 1_000, False),  # a secret of Kubernetes with fsGroup, a credential of systemd with an ACL
        (0o640, 0, 1_000, False),
        (0o460, 0, 1_000, True),
        (0o444, 0, 1_000, True),
        (0o440, 1_001, 1_000, True),
    ],
)
def test_a_key_file_that_root_gives_to_a_service_is_open_to_nobody_else(*, mode, owner, reader, is_open):
    assert is_open_to_others(mode, owner=owner, reader=reader) is is_open


def test_doctor_names_who_holds_the_ledger(diagnosis, provider, held_ledger):
    provider()

    code, found = diagnosis()

    assert (code, found["ledger"][0]) == (7, "problem")
    assert "(another run)" in found["ledger"][1]


def test_doctor_names_a_ledger_that_is_none(diagnosis, provider):
    provider()
    Path("l").write_bytes(b"x" * 5000)

    code, found = diagnosis("--ledger", "l")

    assert (code, found["ledger"][0], found["disk"][0]) == (3, "problem", "ok")


def test_doctor_looks_at_every_page_of_the_ledger(diagnosis, provider, ledger_path):
    provider()
    with open_ledger(ledger_path, holder="pytest"):
        pass
    with closing(sqlite3.connect(ledger_path)) as connection, connection:
        # Sound pages, and a fact whose words are missing: only the thorough look finds it.
        connection.execute("INSERT INTO numbers (number, finding) VALUES (447700900001, 99)")

    code, found = diagnosis()

    assert (code, found["ledger"][0]) == (3, "problem")
    assert "is damaged" in found["ledger"][1]
    assert "447700900001" not in str(found)


def test_doctor_warns_of_a_ledger_that_others_can_read(diagnosis, provider, ledger_path):
    provider()
    with open_ledger(ledger_path, holder="pytest"):
        pass
    ledger_path.chmod(0o644)

    code, found = diagnosis()

    assert (code, found["permissions"][0]) == (0, "warning")
    assert f"{ledger_path} is open to others (mode 0644)" in found["permissions"][1]


def test_doctor_looks_for_room_beside_the_ledger(diagnosis, provider):
    provider()

    code, found = diagnosis("--ledger", "/proc/none/ledger.sqlite")

    assert (code, found["disk"][0]) == (3, "problem")


@pytest.mark.parametrize(("spare", "state", "code"), [(0, "ok", 0), (-1, "problem", 3)])
def test_doctor_wants_some_room_for_the_ledger(spare, state, code):
    found = room(LEAST_FREE_BYTES + spare)

    assert (found.state, found.exit_code) == (state, code)


def test_what_needs_a_hand_is_worse_than_what_passes():
    codes = [7, 5, 6, 2, 0]
    findings = [Finding("x", State.PROBLEM if code else State.OK, "", code) for code in codes]

    assert worst(findings) == 6
    assert worst(findings[:2]) == 7
    assert worst([]) == 0
