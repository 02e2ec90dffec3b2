import threading

import pytest

from validator.pipeline import ahead, behind, map_ahead


def test_items_come_in_their_order():
    assert list(ahead(iter(range(50)))) == list(range(50))


def test_nothing_comes_of_nothing():
    assert list(ahead(iter([]))) == []


def test_few_items_start_no_thread():
    made = []

    def items():
        for item in range(3):
            made.append(threading.current_thread())
            yield item

    def make(item):
        made.append(threading.current_thread())
        return str(item)

    def take(_):
        made.append(threading.current_thread())

    assert list(ahead(items(), few=True)) == [0, 1, 2]
    assert list(map_ahead(range(3), make, few=True)) == [(0, "0"), (1, "1"), (2, "2")]
    with behind(take, is_few=lambda item: item < 3) as take_later:
        for item in range(3):
            take_later(item)
    assert set(made) == {threading.current_thread()}


def test_few_are_taken_after_the_many_before_them():
    taken = []

    with behind(taken.append, is_few=lambda item: item % 2 == 1) as take:
        for item in range(50):
            take(item)

    assert taken == list(range(50))


def test_what_making_an_item_raises_is_raised_in_its_place():
    def items():
        yield 1
        raise ValueError("the second")

    coming = ahead(items())

    assert next(coming) == 1
    with pytest.raises(ValueError, match="the second"):
        next(coming)


def test_one_item_is_made_ahead_and_no_more():
    made = []

    def items():
        for item in range(5):
            made.append(item)
            yield item

    coming = ahead(items())
    taken = [next(coming), next(coming)]
    coming.close()

    assert taken == [0, 1]
    assert made == [0, 1, 2]


def test_what_is_made_comes_in_the_order_of_its_items():
    assert list(map_ahead(range(50), str)) == [(item, str(item)) for item in range(50)]
    assert list(map_ahead([], str)) == []


def test_two_are_made_at_once_and_no_more():
    both, begun = threading.Barrier(2, timeout=10), []

    def make(item):
        begun.append(item)
        both.wait()
        return item

    coming = map_ahead(range(4), make)

    assert next(coming) == (0, 0)
    assert sorted(begun) == [0, 1]
    assert [made for _, made in coming] == [1, 2, 3]


def test_what_making_raises_is_raised_in_its_place():
    coming = map_ahead([4, 2, 0, 1], lambda item: 8 // item)

    assert [next(coming), next(coming)] == [(4, 2), (2, 4)]
    with pytest.raises(ZeroDivisionError):
        next(coming)


def test_what_is_taken_behind_is_taken_in_order_and_all_before_the_end():
    taken = []

    with behind(taken.append) as take:
        for item in range(50):
            take(item)

    assert taken == list(range(50))


def test_the_caller_goes_on_while_one_is_taken():
    both = threading.Barrier(2, timeout=10)

    with behind(lambda _: both.wait()) as take:
        take(1)
        both.wait()


def test_what_taking_raises_is_raised_by_the_next_call():
    with behind(lambda item: 8 // item) as take:
        take(0)
        with pytest.raises(ZeroDivisionError):
            take(1)


def test_what_taking_the_last_raises_is_raised_at_the_end():
    with pytest.raises(ZeroDivisionError), behind(lambda item: 8 // item) as take:
        take(0)
