from validator.pacing.limit.assumed import DefaultPace


def test_the_lowest_plan_is_assumed_whatever_happens():
    assumed = DefaultPace(30.0)
    assumed.passed(0.0, 0.0)

    assert not assumed.refused(0.0, 0.0, None)
    assert assumed.per_min(0.0) == assumed.per_min(9999.0) == 30
