"""What the tests of tables share: a list on disk, and a stand-in for the reading of numbers."""

from pathlib import Path

import polars as pl
import pytest


@pytest.fixture
def listed(tmp_path):
    """Write bytes or UTF-8 text to a file and return its path."""

    def write(content: str | bytes, name: str = "leads.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def share_of_plus():
    """Tell the share of cells that begin with a plus sign; without a region nothing else is a number."""

    def share(cells: pl.Series, region: str | None) -> float:
        prefix = r"^\+\d" if region is None else r"^[+0]\d"
        known = cells.drop_nulls()
        return float(known.str.contains(prefix).sum()) / max(1, len(known))

    return share
