import polars as pl

from validator.cluster.work import Work


def work_of(*partitions, left=()):
    """Work over partitions of numbers, of which a second round has what is left."""
    rounds = [list(part) for part in left]
    return Work(
        partitions,
        [len(part) for part in partitions],
        load=lambda part: pl.Series(part, dtype=pl.UInt64),
        left=lambda _: (rounds, [len(part) for part in rounds]),
    )


def test_all_partitions_are_given_out_one_after_another():
    work = work_of([1, 2, 3], [], [4, 5])

    assert [work.take(2), work.take(2), work.take(2), work.take(2)] == [(1, 2), (3, 4), (5,), ()]
    assert (work.total, work.remaining) == (5, 0)


def test_there_is_no_other_round_if_nothing_was_lost():
    work = work_of([1], left=[[1]])
    work.take(1)

    assert not work.next_round()


def test_another_round_has_what_is_still_open():
    work = work_of([1, 2], [3], left=[[2], []])
    work.take(3)
    work.is_incomplete = True

    assert work.next_round()
    assert work.take(9) == (2,)
    assert not work.next_round()


def test_nothing_open_is_no_round():
    work = work_of([1], left=[[]])
    work.take(1)
    work.is_incomplete = True

    assert not work.next_round()
