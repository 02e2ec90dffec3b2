"""Signing in by a link, a password, or a cookie."""

from validator.web.authenticator import MOST_WRONG, WRONG_S, Authenticator


def test_a_link_works_once():
    tokens = []
    authenticator = Authenticator(tokens.append)
    authenticator.offer_link()

    assert authenticator.accepts_link(tokens[0])
    assert not authenticator.accepts_link(tokens[0])


def test_a_new_link_is_announced_only_once_the_last_is_used():
    tokens = []
    authenticator = Authenticator(tokens.append)
    authenticator.offer_link()
    authenticator.offer_link()
    assert len(tokens) == 1

    authenticator.accepts_link(tokens[0])
    authenticator.offer_link()
    assert len(tokens) == len(set(tokens)) == 2
    assert not authenticator.accepts_link(tokens[0])
    assert authenticator.accepts_link(tokens[1])


def test_nothing_opens_before_a_link_was_offered():
    authenticator = Authenticator(print)

    assert not authenticator.accepts_link("")
    assert not authenticator.accepts_ticket("")
    assert not authenticator.accepts_password("", now_s=0)


def test_a_password_is_not_looked_at_after_some_wrong_ones_until_they_are_old():
    authenticator = Authenticator(print, "correct horse")
    assert authenticator.accepts_password("correct horse", now_s=0)

    for second in range(MOST_WRONG):
        assert not authenticator.accepts_password("wrong", now_s=second)
    assert not authenticator.accepts_password("correct horse", now_s=MOST_WRONG)
    assert not authenticator.may_try_password(WRONG_S - 1)
    assert authenticator.accepts_password("correct horse", now_s=WRONG_S)


def test_each_page_has_a_ticket_of_its_own():
    assert not Authenticator(print).accepts_ticket(Authenticator(print).ticket)
