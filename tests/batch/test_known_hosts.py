"""The host that a key was first used with, in the state folder."""

import pytest

from validator.batch.keys import make_key
from validator.batch.known_hosts import host_for, with_known_host
from validator.errors import UsageError
from validator.places import state_folder

KEY = "sk_test_known_hosts"


@pytest.fixture(autouse=True)
def state(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    state_folder().mkdir()
    return state_folder()


def checked(url, key=KEY, **options):
    return with_known_host(make_key(key, "sess_1", base_url=url, **options), state_folder())


def going_to(url, key=KEY, **options):
    """Check a key's host, which then answers twice."""
    on_answer = checked(url, key, **options).options.on_answer or (lambda: None)
    on_answer()
    on_answer()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/v1",
        "http://127.9.9.9/v1",
        "http://localhost:9/v1",
        "http://localhost/v1",
        "http://[::1]:9/v1",
        "http://[::1]/v1",
        "https://[::1]:9/v1",
    ],
)
def test_this_machines_own_addresses_are_neither_recorded_nor_refused(state, url):
    going_to(url)
    assert list(state.iterdir()) == []
    going_to("https://one.example/v1")
    going_to(url)


@pytest.mark.parametrize(
    "url", ["https://two.example/v1", "https://one.example:8443/v1", "https://[fd00::7]/v1"]
)
def test_another_host_or_port_is_refused_until_it_is_allowed_once(url):
    going_to("https://one.example/v1")
    going_to("https://ONE.example:443/other")

    with pytest.raises(UsageError, match=r"first used with one\.example, and .* --allow-new-host"):
        going_to(url)

    going_to(url, allow_new_host=True)
    going_to(url)
    with pytest.raises(UsageError, match=r"would go to one\.example now"):
        going_to("https://one.example/v1")


def test_a_host_that_does_not_answer_is_not_recorded(state):
    checked("https://typo.example/v1")
    assert list(state.iterdir()) == []
    going_to("https://one.example/v1")

    checked("https://two.example/v1", allow_new_host=True)
    going_to("https://one.example/v1")


def test_each_key_has_a_host_of_its_own_and_is_not_in_the_file(state):
    going_to("https://one.example/v1")
    going_to("https://two.example/v1", key="sk_test_another")

    assert sorted(path.read_text() for path in state.iterdir()) == ["one.example\n", "two.example\n"]
    assert not [path for path in state.iterdir() if KEY in path.name or path.stat().st_mode & 0o077]


def test_without_an_address_the_host_is_the_providers_own():
    assert host_for("sendapi", None) == "sendapi.co"
