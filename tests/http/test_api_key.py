import copy
import json
import pickle

import pytest

from validator.errors import UsageError
from validator.http.api_key import ApiKey

TEXT = "sk_live_9f8e7d6c5b4a"


@pytest.mark.parametrize("text", [TEXT, "q", "d2F0:{token}|!", "x" * 4_096])
def test_keys_of_any_gateway_are_taken(text):
    assert ApiKey.parse(text).reveal() == text


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n"])
def test_line_breaks_at_the_end_of_a_key_file_are_dropped(ending):
    assert ApiKey.parse(TEXT + ending).reveal() == TEXT


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", "is empty"),
        ("\n", "is empty"),
        (" " + TEXT, "a space, a line break or a control character at position 1"),
        (TEXT + "\nX-Injected: 1", "a control character at position 21"),
        (TEXT + "\x00", "a control character"),
        (TEXT + "ключ", "a character beyond ASCII at position 21"),
        (TEXT * 300, "characters long"),
    ],
)
def test_a_text_that_can_be_no_key_is_refused_without_itself(text, flaw):
    with pytest.raises(UsageError, match=flaw) as refused:
        ApiKey.parse(text)

    assert "9f8e7d6c" not in str(refused.value)


def test_the_key_shows_in_no_text_form():
    key = ApiKey.parse(TEXT)
    forms = [repr(key), str(key), f"{key}", f"{key!r}", f"{[key]}", str({"key": key})]

    assert not any("9f8e7d" in form for form in forms)
    assert all(key.fingerprint in form for form in forms)
    with pytest.raises(TypeError) as refused:
        format(key, ">40")
    assert "9f8e7d" not in str(refused.value)


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
def test_the_key_cannot_be_pickled_or_copied(leave):
    with pytest.raises(TypeError, match="not to be pickled"):
        leave(ApiKey(TEXT))


def test_the_key_has_no_attributes_to_dump():
    key = ApiKey(TEXT)

    assert not hasattr(key, "__dict__")
    with pytest.raises(TypeError):
        json.dumps(key)


def test_the_fingerprint_is_stable_short_and_not_the_plain_hash():
    assert ApiKey(TEXT).fingerprint == ApiKey.parse(TEXT + "\n").fingerprint == "81ff7b2308ac"
    assert ApiKey(TEXT).fingerprint != ApiKey(TEXT + "x").fingerprint


@pytest.mark.parametrize(
    ("key", "text", "is_in"),
    [
        ("canary/5f2d9a77", "canary/5f2d9a77", True),
        ("canary/5f2d9a77", "https://x.example/waInstance1/canary%2F5f2d9a77", True),
        ("canary/5f2d9a77", "https://x.example/waInstance1", False),
        ("admin", "admin", True),
        ("admin", "admin-of-a-shop", False),
        ("admin", "", False),
    ],
)
def test_a_key_is_found_in_another_text(key, text, is_in):
    assert ApiKey(key).is_in(text) is is_in
