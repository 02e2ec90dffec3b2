"""What the tests of recipients share: the numbers that suppression lists name."""

import pytest

from validator.batch.recipients.job import Job
from validator.batch.recipients.suppression import suppressed_in


@pytest.fixture
def suppressed(tmp_path):
    """The numbers that lists name; each a text in a CSV file, or the bytes of a file of that name."""

    def read(*lists, name="stop.csv", **options):
        paths = []
        for place, content in enumerate(lists):
            paths.append(tmp_path / f"{place}{name}")
            paths[-1].write_bytes(content.encode() if isinstance(content, str) else content)
        job = Job(input=tmp_path / "x.csv", output=tmp_path / "y.csv", suppress=tuple(paths), **options)
        return sorted(suppressed_in(job).numbers)

    return read
