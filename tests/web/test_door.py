"""Who may come in."""

from validator.web.door import MOST_WRONG, WRONG_S, Door


def test_a_link_is_good_for_once():
    tokens = []
    door = Door(tokens.append)
    door.offer_link()

    assert door.takes_link(tokens[0])
    assert not door.takes_link(tokens[0])


def test_a_new_link_is_announced_only_once_the_last_is_used():
    tokens = []
    door = Door(tokens.append)
    door.offer_link()
    door.offer_link()
    assert len(tokens) == 1

    door.takes_link(tokens[0])
    door.offer_link()
    assert len(tokens) == len(set(tokens)) == 2
    assert not door.takes_link(tokens[0])
    assert door.takes_link(tokens[1])


def test_nothing_opens_before_a_link_was_offered():
    door = Door(print)

    assert not door.takes_link("")
    assert not door.takes_ticket("")
    assert not door.takes_password("", now_s=0)


def test_a_password_is_not_looked_at_after_some_wrong_ones_until_they_are_old():
    door = Door(print, "correct horse")
    assert door.takes_password("correct horse", now_s=0)

    for second in range(MOST_WRONG):
        assert not door.takes_password("wrong", now_s=second)
    assert not door.takes_password("correct horse", now_s=MOST_WRONG)
    assert not door.is_patient(WRONG_S - 1)
    assert door.takes_password("correct horse", now_s=WRONG_S)


def test_each_page_has_a_ticket_of_its_own():
    assert not Door(print).takes_ticket(Door(print).ticket)
