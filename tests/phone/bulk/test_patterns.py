"""Long columns use few patterns, since polars keeps a limited number of compiled ones."""

import polars as pl
import pytest
from polars.expr.string import ExprStringNameSpace

from validator.phone import normalise
from validator.phone.normalise import WORTH_BULK_CELLS

# Per thread (crates/polars-utils/src/regex_cache.rs). With one pattern more, used in turn, none is found.
KEPT_BY_POLARS = 32
# Those in expressions that are made when the module is imported, so that they are not always counted.
IMPORTED = 2
WITH_PATTERNS = ("contains", "extract", "extract_groups", "replace", "replace_all", "split", "count_matches")
COMMON = [
    "447400{}", "+447400{}", "07400 {}", "(07400) {}", "+44 (0)7400 {}", "447400{}@s.whatsapp.net",
    "https://wa.me/447400{}", "Tel. 07400 {}", "07400 {} (mobile)", "1{}", "00447400{}", "+44 7400 {}-1",
    "n/a", "", "12345", "4.47701E+11", "0000000000", "2024-01-31", "info@example.com",
    "07400 {0} / 07401 {0}",
]  # fmt: skip


@pytest.fixture
def patterns(monkeypatch):
    """The patterns that polars is given from now on."""
    given = set()

    def watched(name):
        original = getattr(ExprStringNameSpace, name)

        def method(self, pattern, *args, **options):
            if not options.get("literal", name == "split"):
                given.add(pattern)
            return original(self, pattern, *args, **options)

        return method

    for name in WITH_PATTERNS:
        monkeypatch.setattr(ExprStringNameSpace, name, watched(name))
    return given


def test_common_cells_need_no_more_patterns_than_are_kept(patterns):
    cells = pl.Series([form.format(f"{number:06d}") for number in range(WORTH_BULK_CELLS) for form in COMMON])
    found = normalise(cells, "GB")
    assert found["number"].is_not_null().mean() >= 0.5
    assert 15 < len(patterns) <= KEPT_BY_POLARS - IMPORTED
