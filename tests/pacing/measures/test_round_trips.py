from validator.pacing.measures.round_trips import LATEST, RoundTrips


def fed(trips_s):
    trips = RoundTrips()
    for trip_s in trips_s:
        trips.is_rarely_late(trip_s)
    return trips


def test_three_times_the_median_and_a_tenth_of_a_second_is_late():
    usual = [0.2, 0.3, 0.4] * 10

    assert not fed(usual).is_rarely_late(0.99)
    assert fed(usual).is_rarely_late(1.01)


def test_nothing_is_late_before_it_is_known_what_is_usual():
    assert not fed([0.1] * 19).is_rarely_late(50.0)
    assert fed([0.1] * 20).is_rarely_late(50.0)


def test_where_late_replies_are_common_they_say_nothing_about_arrival():
    trips = fed(([0.1] * 9 + [5.0]) * 30)

    assert not trips.is_rarely_late(5.0)


def test_what_is_usual_follows_the_latest():
    trips = fed([0.1] * 500 + [1.0] * LATEST)

    assert not trips.is_rarely_late(2.0)
