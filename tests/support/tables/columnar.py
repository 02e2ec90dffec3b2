"""A frame with a column of every kind that the columnar formats keep, and the copy of a list."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import polars as pl

from validator.tables import open_table, writing

TYPED = pl.DataFrame(
    {
        "phone": pl.Series([447700900001, None], dtype=pl.Int64),
        "small": pl.Series([1, 255], dtype=pl.UInt8),
        "ratio": [0.5, None],
        "agreed": [True, None],
        "kind": pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])),
        "city": pl.Series(["Leeds", None], dtype=pl.Categorical),
        "price": [Decimal("1.10"), None],
        "born": [date(1990, 1, 2), None],
        "seen": [datetime(2026, 1, 1, tzinfo=UTC), None],
        "at": [time(12), None],
        "for": [timedelta(seconds=1), None],
        "tags": [["x", None], None],
        "more": [{"a": 1}, {"a": None}],
        "raw": [b"\xff\x00", None],
        "nothing": [None, None],
    }
)


def copy(source, target, **options):
    table = open_table(source)
    with writing(target, schema=table.schema, like=table, **options) as writer:
        for batch in table.batches():
            writer.write(batch)
