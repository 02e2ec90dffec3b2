"""No key is in a message, whatever its gateway's keys look like."""

import pytest

from validator.http.api_key import ApiKey
from validator.http.masking import mask, one_line


@pytest.mark.parametrize("text", ["EAAG-canary|one", "canary.two", "sk_canary!three"])
def test_a_key_in_use_is_hidden_wherever_it_stands(text):
    ApiKey(text)

    assert mask(f"refused: {text}, x{text}x") == "refused: [key], x[key]x"


def test_a_key_is_hidden_as_urls_write_it():
    ApiKey("canary/four+five=")

    assert mask("GET /check?token=canary%2Ffour%2Bfive%3D&n=1") == "GET /check?token=[key]&n=1"


@pytest.mark.parametrize("quoted", ["sk_live_ab%2Fcd%2Bef%3D", r"sk_live_ab\/cd+ef="])
def test_a_key_of_the_form_of_sendapis_is_hidden_whole_however_it_is_quoted(quoted):
    ApiKey("sk_live_ab/cd+ef=")

    assert mask(f"refused: {quoted}.") == "refused: [key]."


def test_a_key_that_begins_with_another_is_hidden_whole():
    ApiKey("canary-six"), ApiKey("canary-six-seven")

    assert mask("canary-six-seven, canary-six") == "[key], [key]"


def test_a_short_key_leaves_the_words_of_a_message_alone():
    ApiKey("zqx")

    assert mask("zqxs, and the key zqx") == "zqxs, and the key [key]"


def test_a_key_of_the_form_of_sendapis_is_hidden_though_nobody_uses_it():
    assert mask("invalid key sk_live_nobodys") == "invalid key [key]"


def test_no_half_of_a_key_is_left_where_a_long_text_is_cut():
    ApiKey("canary-eight-nine-ten")

    assert "canary" not in one_line("x" * 290 + " canary-eight-nine-ten")
