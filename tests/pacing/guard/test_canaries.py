import random

from validator.model import Number
from validator.pacing import Canaries
from validator.pacing.guard.canaries import MOST_FOUND

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
    late = 0
    for seed in range(20):
        made = Canaries(rng=random.Random(seed))
        for place in range(10 * MOST_FOUND):
            made.found(found(place))
        kept = made.choose(1_000)
        assert len(kept) == len(set(kept)) == MOST_FOUND
        late += sum(number >= found(5 * MOST_FOUND) for number in kept)

    # Half of 20 times 50, and three standard deviations.
    assert 450 < late < 550


def test_a_dropped_one_is_gone_and_told_where_it_was_known_beforehand():
    made = canaries(OWN, finds=1)
    for number in (found(0), OWN, OTHER):
        made.drop(number)

    assert (len(made), made.dropped) == (0, [OWN])
