import polars as pl

from validator.tables import FrameTable, SampledTable


class Counting(FrameTable, frozen=True):
    """A frame that counts how often its sample is taken."""

    taken = 0

    def sample(self):
        type(self).taken += 1
        return super().sample()


def test_a_sample_is_taken_once_however_many_ask_for_it():
    table = SampledTable(Counting(pl.DataFrame({"phone": ["+447700900000"]})))

    assert table.sample() is table.sample()
    assert Counting.taken == 1
