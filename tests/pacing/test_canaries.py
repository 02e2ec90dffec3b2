import random

from validator.model import Number
from validator.pacing import Canaries
from validator.pacing.canaries import MOST_FOUND

OWN, OTHER = Number(447_700_900_999), Number(447_700_900_998)


def found(place):
    return Number(447_700_900_100 + place)


def canaries(*known, finds=0):
    made = Canaries(known, rng=random.Random(1))
    for place in range(finds):
        made.found(found(place))
    return made


def test_those_known_beforehand_come_first():
    assert canaries(OWN, OTHER, finds=3).choose(4) == [OWN, OTHER, found(0), found(1)]
    assert canaries().choose(5) == []


def test_a_number_named_twice_is_one_canary():
    assert len(canaries(OWN, OWN)) == 1


def test_a_used_one_goes_to_the_end_of_its_kind():
    made = canaries(OWN, OTHER, finds=2)
    for number in (OWN, found(0), Number(447_700_900_001)):
        made.used(number)

    assert made.choose(9) == [OTHER, OWN, found(1), found(0)]


def test_those_found_are_spent_first_where_any_will_do():
    made = canaries(OWN, finds=2)

    assert made.spare() == found(0)
    made.used(found(0))
    assert made.spare() == found(1)
    assert (canaries(OWN).spare(), canaries().spare()) == (OWN, None)


def test_of_many_found_a_few_are_kept_and_late_ones_as_likely_as_early_ones():
    kept = canaries(finds=10 * MOST_FOUND).choose(1_000)

    assert len(kept) == len(set(kept)) == MOST_FOUND
    late = [number for number in kept if number >= found(5 * MOST_FOUND)]
    assert 0.25 * MOST_FOUND < len(late) < 0.75 * MOST_FOUND


def test_a_dropped_one_is_gone_and_told_where_it_was_known_beforehand():
    made = canaries(OWN, finds=1)
    for number in (found(0), OWN, OTHER):
        made.drop(number)

    assert (len(made), made.dropped) == (0, [OWN])
