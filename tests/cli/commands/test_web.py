"""`validator web`: where it listens, who may come in, and what stands in its way."""

import signal
import socket
import subprocess

import httpx
import pytest

from tests.support.cli.constants import KEY
from validator.ledger import Lock
from validator.web.server import hosts_of, listen

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "xdg_state_home" / "recipient-validator"


def one_line(done, code):
    assert (done.code, done.out) == (code, "")
    [line] = done.said
    return line


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1"])
def test_beyond_loopback_a_password_is_needed(run, address):
    said = one_line(run("web", "--port", "0", "--listen", address), 2)

    assert "there is no password" in said
    assert "VALIDATOR_WEB_PASSWORD" in said
    assert "--password-file" in said


def test_a_name_is_no_address_to_listen_on(run):
    assert "numeric address" in one_line(run("web", "--port", "0", "--listen", "localhost"), 2)


def test_a_port_in_use_is_said_with_what_to_do(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = one_line(run("web", "--port", taken.getsockname()[1]), 2)

    assert "Address already in use" in said
    assert "--port" in said


def test_a_second_page_is_told_of_the_first(run, folder):
    with Lock.take(folder / "web.lock", holder="validator web"):
        said = one_line(run("web", "--port", "0"), 7)

    assert "the page is in use by pid" in said


def test_a_password_file_that_is_missing_is_named(run):
    assert "password.txt" in one_line(run("web", "--port", "0", "--password-file", "password.txt"), 2)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_a_link_and_serves_until_a_signal(spawn, environment, signum):
    environment.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    environment.setenv("SENDAPI_API_KEY", KEY)
    process = spawn("web", "--port", "0", stdout=subprocess.DEVNULL)
    link = process.stderr.readline().split()[2]
    with httpx.Client(trust_env=False, verify=False) as browser:
        assert browser.get(link).status_code == 200
        front = browser.get(link.partition("open")[0])
        assert "given when the page was started" in front.text
        assert KEY not in front.text

    process.send_signal(signum)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 128 + signum
    assert err == "validator: interrupted\n"


def test_the_names_of_a_page_are_those_of_its_address():
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        names = hosts_of(listener)
    assert names.allow(f"localhost:{port}")
    assert not names.allow(f"192.0.2.1:{port}")
    with listen("0.0.0.0", 0) as listener:
        port = listener.getsockname()[1]
        names = hosts_of(listener)
    assert names.allow(f"192.0.2.1:{port}")
    assert names.allow(f"{socket.gethostname()}:{port}")
    assert not names.allow(f"rebound.example:{port}")
