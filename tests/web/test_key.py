"""The key: entered once, kept where its owner wants it, shown to nobody."""

import pytest

from tests.support.web.opened import Keyring
from validator.errors import UsageError
from validator.http.api_key import ApiKey
from validator.web.key import KeyHolder

KEY = "sk_test_0123456789abcdefghijklmn"


def test_a_key_that_is_not_to_be_kept_is_in_this_process_alone():
    keyring = Keyring()
    holder = KeyHolder(None, keyring)
    holder.enter(f" {KEY}\n", keep=False)

    assert holder.required().reveal() == KEY
    assert not keyring.kept
    assert KeyHolder(None, keyring).key is None


def test_a_kept_key_is_there_for_the_next_page_until_it_is_forgotten():
    keyring = Keyring()
    KeyHolder(None, keyring).enter(KEY, keep=True)
    holder = KeyHolder(None, keyring)
    assert holder.required().reveal() == KEY
    assert "keyring" in holder.where

    holder.forget()
    assert holder.key is None
    assert KeyHolder(None, keyring).key is None


def test_without_a_keyring_the_key_is_held_and_that_is_said():
    holder = KeyHolder(None, Keyring(broken=True))

    with pytest.raises(UsageError, match="held until the page ends"):
        holder.enter(KEY, keep=True)
    assert holder.required().reveal() == KEY
    holder.forget()
    assert holder.key is None


def test_what_is_no_key_is_refused_without_a_word_of_it():
    holder = KeyHolder(None, Keyring())

    with pytest.raises(UsageError) as refused:
        holder.enter("sk_live_with a blank", keep=True)
    assert "with a blank" not in str(refused.value)
    with pytest.raises(UsageError, match="enter it under Key"):
        holder.required()


def test_a_keyring_with_something_else_in_it_holds_no_key():
    keyring = Keyring()
    keyring.set_password("recipient-validator", "sendapi", "no key")

    assert KeyHolder(None, keyring).key is None


def test_the_key_that_the_page_was_started_with_goes_before_the_kept_one():
    keyring = Keyring()
    KeyHolder(None, keyring).enter(KEY, keep=True)

    assert KeyHolder(ApiKey("sk_test_given00000000000000"), keyring).required().reveal() != KEY
