"""The rows of an output, to be compared with those of another run."""

from validator.tables import open_table

# What differs from run to run.
WHEN = "checked_at"


def rows_of(path):
    """Return all rows of an output, without the times of their checks."""
    return [
        {name: value for name, value in row.items() if name != WHEN}
        for batch in open_table(path).batches()
        for row in batch.to_dicts()
    ]
