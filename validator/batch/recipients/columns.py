"""Which columns of a list are read as numbers, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.batch.recipients.recipients import Reading
from validator.tables import find_phone_column, find_region_column, require_column

if TYPE_CHECKING:
    from validator.batch.recipients.opening import Job
    from validator.tables import Table


def reading_of(table: Table, job: Job) -> Reading:
    """Return how the rows of a job's list are read as numbers.

    Raises:
        FileError: a column is missing, or cannot be told from others.
    """
    region_column = find_region_column(table) if job.find_region else job.region_column
    if region_column is not None:
        require_column(table, region_column, "--region-column")
    first, *others = (
        find_phone_column(table, named=column, region=job.region, region_column=region_column)
        for column in job.columns or (None,)
    )
    return Reading(
        column=first,
        others=tuple(others),
        region=job.region,
        region_column=region_column,
        accept=job.accept,
        landlines=job.landlines,
    )
