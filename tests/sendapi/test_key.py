"""The shape of SendAPI's keys, and what is said of a text that has another."""

import pytest

from validator.errors import UsageError
from validator.http.api_key import ApiKey
from validator.sendapi import AsyncSendAPI
from validator.sendapi.key import parse_key

TEXT = "sk_live_9f8e7d6c5b4a"


@pytest.mark.parametrize("text", [TEXT, "sk_test_sandbox_growth", "sk_live_a.b~c+d/e-f=", TEXT + "\r\n"])
def test_keys_of_the_documented_shapes_are_taken(text):
    assert parse_key(text).reveal() == text.rstrip()


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", "is empty"),
        ("\n", "is empty"),
        (" " + TEXT, "a space, a line break or a control character at position 1"),
        (TEXT + "\nX-Injected: 1", "a control character at position 21"),
        (TEXT + "\x00", "a control character"),
        ("sk_live_ключ", "a character beyond ASCII at position 9"),
        ("\ufeff" + TEXT, "a character beyond ASCII at position 1"),
        (f'"{TEXT}"', "does not start with sk_"),
        ("pk_live_9f8e7d6c5b4a", "does not start with sk_"),
        ("sk_abc", "is 6 characters long"),
        ("sk_" + "x" * 300, "is 303 characters long"),
        ("sk_live_9f8e7d;6c5b4a", "has a character that no key has"),
    ],
)
def test_a_malformed_key_is_refused_with_its_flaw_and_without_itself(text, flaw):
    with pytest.raises(UsageError) as refused:
        parse_key(text)

    assert flaw in str(refused.value)
    assert "sk_live_..." in str(refused.value)
    assert "9f8e7d6c" not in str(refused.value)


def test_the_client_refuses_the_key_of_another_gateway():
    with pytest.raises(UsageError, match="does not start with sk_"):
        AsyncSendAPI(ApiKey("another-gateways-key"))
