"""Links and ids of WhatsApp in whole columns: `unwrapping.whatsapp_id` and `whatsapp_link`."""

from __future__ import annotations

import polars as pl

from validator.phone.bulk.frames import groups, split, together

# As in `recoveries`, but without text around them that another recovery could match: the number in one of
# WhatsApp's ids or links, or in a URI. In one pattern, since polars keeps 32 compiled ones.
_LINKED = (
    r"(?i)^(?:\+?(?P<id>[0-9]{5,20})(?:[.:_][0-9]{1,5}){0,2}@(?:s\.whatsapp\.net|c\.us)"
    r"|(?:https?://)?(?:www\.)?wa\.me/(?:\+|%2b)?(?P<short>[0-9]+)/?(?:\?text=[^@]*)?"
    r"|(?:(?:https?://)?(?:api\.|web\.|www\.)?whatsapp\.com|whatsapp:/)/send/?"
    r"\?phone=(?:\+|%2b)?(?P<send>[0-9]+)(?:&text=[^@&#\s/]*)?"
    r"|tel:(?://)?(?P<uri>\+?[0-9 ().-]*[0-9]))$"
)
# The most common ones, which are found without a pattern in a fifth of the time.
_LINK, _ENDS_OF_IDS = "https://wa.me/", ("@s.whatsapp.net", "@c.us")
_FEWEST_DIGITS, _MOST_DIGITS = 5, 19

_TEXT, _CORE = pl.col("text"), pl.col("core")


def linked(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the cells with a number in a link or an id, and the others.

    The number becomes their `text` and `core`. The others have `uri`: the number of a URI, if there is one.
    """
    bare = _TEXT.str.strip_prefix(_LINK)
    for end in _ENDS_OF_IDS:
        bare = bare.str.strip_suffix(end)
    size = _CORE.str.len_bytes()
    # More than a plus sign is gone.
    is_linked = _TEXT.str.len_bytes() - size >= min(map(len, _ENDS_OF_IDS))
    is_number = _CORE.str.to_integer(dtype=pl.UInt64, strict=False).is_not_null() & (_CORE >= "0")
    rows = rows.with_columns_seq(core=bare.str.strip_prefix("+"))
    is_common = is_linked & is_number & (size >= _FEWEST_DIGITS) & (size <= _MOST_DIGITS)
    common, rows = split(rows, is_common)
    common = common.with_columns_seq(core=pl.concat_str(pl.lit("+"), "core"))
    rows = rows.hstack(groups(rows["text"], _LINKED))
    number = pl.concat_str(pl.lit("+"), pl.coalesce("id", "short", "send"))
    others, rows = split(rows.with_columns_seq(core=number), _CORE.is_not_null())
    found = together(common, others[common.columns])
    return found.with_columns_seq(text=_CORE), rows
