import pytest

from validator.batch.prefetch import ahead


def test_items_come_in_their_order():
    assert list(ahead(iter(range(50)))) == list(range(50))


def test_nothing_comes_of_nothing():
    assert list(ahead(iter([]))) == []


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
