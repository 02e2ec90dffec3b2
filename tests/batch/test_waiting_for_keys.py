"""A run that comes second ends, or waits for the first for so long."""

import pytest

from validator.batch.wiring import waited_for
from validator.errors import Busy


class Taken:
    """A lock that another run holds until it was tried for so many times."""

    def __init__(self, tries):
        self.left = tries

    def take(self):
        if self.left:
            self.left -= 1
            raise Busy("this API key is in use")
        return self


def test_a_key_is_waited_for_until_the_other_run_has_ended():
    lock, slept = Taken(3), []

    assert waited_for(lock.take, float("inf"), slept.append) is lock
    assert slept == [1.0, 1.0, 1.0]


def test_a_key_is_waited_for_no_longer_than_asked_for():
    slept = []

    with pytest.raises(Busy):
        waited_for(Taken(1).take, 0.0, slept.append)
    assert slept == []
