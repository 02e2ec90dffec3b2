"""Shapes: which cells are a number with punctuation around it, and which are clearly not a number.

This does for whole columns what `reading.read` does before libphonenumber sees a cell, and libphonenumber's
own first steps (phonenumberutil._extract_possible_number, _is_viable_phone_number, _maybe_strip_extension,
_normalize). It knows the shapes that are common in lists; cells of other shapes are left out.
"""

from __future__ import annotations

import polars as pl
from msgspec import Struct, field

from validator.model import MAX_DIGITS, Reason
from validator.phone import answers
from validator.phone.bulk.first_look import HAS_STRAY, FirstLook, with_digits
from validator.phone.bulk.frames import beside, groups, kept, split, together, where
from validator.phone.bulk.links import linked
from validator.phone.bulk.search import FEWEST_DIALLED_DIGITS
from validator.phone.bulk.second_chances import has_digits
from validator.phone.bulk.several import CORE, SEPARATOR, TWO_NUMBERS_DIGITS
from validator.phone.cell.folding import ESCAPED, TO_MEND, fold, mend
from validator.phone.cell.grouping import LIST_ITEM, STRAY_DIGIT
from validator.phone.cell.refusals import ADDRESS, DAMAGE, WORDLESS_ADDRESS
from validator.phone.cell.unwrapping import (
    AFTER_LAST_DIGIT,
    COUNT,
    DIGITS_BEFORE_LABEL,
    EXAMPLE,
    EXPONENT,
    FEWEST_BEFORE_LABEL,
    FLOAT,
    ITEM,
    LABEL,
    NOTE_WORDS,
    PLUS_BEHIND,
    QUOTES,
)
from validator.phone.codes import PLAN_OF_REGION

_AROUND = " ()-/.[]"

# A raw cell without a digit of any script and without marks that may stand for one, with text that `fold`
# keeps.
_WORDLESS = r"^[^\p{Nd}#＃%]*[[\p{L}\p{P}\p{S}]--[#＃%]][^\p{Nd}#＃%]*$"  # noqa: RUF001 - as they come
_TO_FOLD = f"[^ -~]|  |(?i:{ESCAPED})"
# The most common text to fold: spaces, and letters that stay unchanged.
_SPACES = r"[ \u00a0]+"
_ONLY_SPACES_TO_FOLD = r"^[ -~\u00a0À-ɏ€]*$"
# Symbols, as of telephones; and ASCII and letters. Python and Rust classify all of them in the same way.
_SYMBOLS = r"\u{2600}-\u{2775}\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1F9FF}"
_ALPHABET = rf"^[ -~À-įĲ-žƀ-ɏΆ-ώЀ-ѿ€£{_SYMBOLS}]*$"

# All other text that the recoveries at the front match, except labels after enough digits; and parameters of
# libphonenumber.
_DANGEROUS = (
    r"(?i)@s\.whatsapp\.net|@c\.us|wa\.me/|whatsapp\.com|whatsapp:/|tel:|phone-context|isub"
    rf"|[0-9]\W*\b(?:{NOTE_WORDS})\b|\+[0-9]{{1,3}}[|;_:,]|[0-9][\s().-]*\+|[0-9]{{9}}e\+?[0-9]"
    rf"|{COUNT}|{ITEM}|{LIST_ITEM}|{STRAY_DIGIT}"
    rf"|^(?:[^0-9]*[0-9]){{{FEWEST_BEFORE_LABEL},{DIGITS_BEFORE_LABEL - 1}}}(?:{LABEL.pattern})[^0-9]*$"
)
# With a group for a float, three for one with an exponent, and one for a number before its plus sign.
_MISWRITTEN = rf"^[{QUOTES}]*(?:{FLOAT}|{EXPONENT})[{QUOTES}]*$|{PLUS_BEHIND}"
_DAMAGED = rf"^[{QUOTES}]*(?:{DAMAGE.pattern})[{QUOTES}]*$"
_ADDRESS, _WORDLESS_ADDRESS = rf"(?i){ADDRESS.pattern}", f"(?i){WORDLESS_ADDRESS}"
_LETTER = r"\p{L}"

# A number with an extension after it: a word or commas, and a few digits.
_EXTENDED = (
    r"(?i)^[^0-9+]*(\+*[0-9 ().\-/\[\]]*[0-9])"
    r"(?:;ext=[0-9]{1,6}| *(?:, *)?(?:ext|extn|x)\.? *[0-9]{1,6}| *,+ *[0-9]{1,9})$"
)
# Three digits with punctuation (x counts as some) and letters; the last letter is at the end.
_BETWEEN = r"[ ().\-/\[\]*xX~]*"
_LETTERED = rf"^[^0-9+]*(\+*(?:{_BETWEEN}[0-9]){{3}}[ ().\-/\[\]*~0-9A-Za-z]*[A-Za-z])[^#\p{{L}}\p{{N}}+]*$"
_KEYS = ("", "", "ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ")  # ITU-T E.161
_KEYPAD = {letter: str(digit) for digit, letters in enumerate(_KEYS) for letter in letters}
_FEWEST_LETTERS = 3  # phonenumberutil._VALID_ALPHA_PHONE_PATTERN
_SECOND_EXTENSION = r"[\\/] *x"  # phonenumberutil._SECOND_NUMBER_START

# Characters that no number has, with a letter or a digit after them: before the third digit, or anywhere.
_STRANGE_EARLY = (
    rf"^[^0-9+]*(?:\++(?:{_BETWEEN}[0-9]){{0,2}}|[0-9](?:{_BETWEEN}[0-9])?){_BETWEEN}"
    r"(?:[\p{L}--[xX]]|[^0-9 ().\-/\[\]*xX~+].*[\p{L}\p{N}])"
)
# A comma before a word that is no extension.
_COMMA = r",\s*(?:[\p{L}--[aAeEiIxXдД]]|[aAiI][\p{L}--[nN]]|[eE][\p{L}--[xX]])"
_STRANGE = rf"[0-9].*(?:[@_!?|<>{{}}\"'$%^&\\+`€£{_SYMBOLS}].*[\p{{L}}\p{{N}}]|{_COMMA})"
_STRANGE_WITHOUT_EXTENSION = r"^[^0-9+]*[0-9][^#~,;\p{L}]*[:=][^#~,;\p{L}]*[0-9]"
_NOT_VIABLE = f"{_STRANGE_EARLY}|{_STRANGE}|{_STRANGE_WITHOUT_EXTENSION}"
# Text that may be removed before: libphonenumber cuts off a second extension, recoveries remove zeros.
_MAY_BE_RECOVERED = rf"{_SECOND_EXTENSION}|\(\s*0\s*\)|^[^0-9+]*\+?[\s(]*0(?:0|11)"

# phonenumberutil._MIN_LENGTH_FOR_NSN.
_FEWEST_DIGITS = 2

_TEXT, _DIGITS, _VALUE, _CORE = pl.col("text"), pl.col("digits"), pl.col("value"), pl.col("core")
_ENDS_IN_TEXT = (_TEXT.str.tail(1) < "0") | (_TEXT.str.tail(1) > "9")
_FOR_TWO, _FIRM = pl.col("for_two"), pl.lit(value=True)

# The columns of `Shapes`.
_SETTLED = {"row": pl.UInt32(), "answer": answers.ANSWER, "number": pl.UInt64()}
_PARTED = {"row": pl.UInt32(), "text": pl.String(), "plan": pl.UInt32()}
_DIALLED = {
    "row": pl.UInt32(),
    "plan": pl.UInt32(),
    "plus": pl.Boolean(),
    "digits": pl.UInt32(),
    "value": pl.UInt64(),
    "firm": pl.Boolean(),
    "keyed": pl.Boolean(),
}
_SPELT = {"row": pl.UInt32(), "text": pl.String(), "core": pl.String()}


class Shapes(Struct, frozen=True):
    """The cells of known shapes, each in one of the first three frames; `row` is the index of the cell.

    Attributes:
        settled: cells with their `answer`.
        parted: cells that hold several numbers, if the parts of `text` between separators are numbers in
            `plan`.
        dialled: cells to look up. `plan`, `plus`, `digits` and `value` are the question, as in
            `second_chances`. If not `firm`, only a valid number is an answer. `keyed`: letters stand for
            digits.
        spelt: for the cells that are not looked up unchanged, the `text` for second chances, and `core`, the
            part of it with the digits.
    """

    settled: pl.DataFrame
    parted: pl.DataFrame
    dialled: pl.DataFrame
    spelt: pl.DataFrame


def shapes(cells: pl.DataFrame, look: FirstLook) -> Shapes:
    """Return the shapes of cells; see `decide.decide`."""
    piles = _Piles()
    piles.settle(look.empty, Reason.EMPTY)
    for plain in look.plain:
        piles.dial(plain, _TEXT)
    if look.dressed.len():
        dressed = cells[look.dressed].select_seq("text", PLAN_OF_REGION)
        _undress(beside(dressed, look.dressed), piles)
    return piles.sorted()


class _Piles(Struct, frozen=True):
    """Collects the rows of each frame of `Shapes`."""

    settled: list[pl.DataFrame] = field(default_factory=list)
    parted: list[pl.DataFrame] = field(default_factory=list)
    dialled: list[pl.DataFrame] = field(default_factory=list)
    spelt: list[pl.DataFrame] = field(default_factory=list)

    def settle(self, rows: pl.Series, reason: Reason) -> None:
        if rows.len():
            self.settled.append(pl.DataFrame([rows, *answers.refused(reason, rows.len())]))

    def part(self, rows: pl.DataFrame) -> None:
        self.parted.append(rows[["row", "text", "plan"]])

    def dial(self, rows: pl.DataFrame, core: pl.Expr, firm: pl.Expr = _FIRM, keyed: pl.Expr = ~_FIRM) -> None:
        """phonenumberutil._is_viable_phone_number: three digits, or two and nothing else."""
        rows = rows.with_columns_seq(firm=firm, keyed=keyed)
        enough = rows["digits"] >= FEWEST_DIALLED_DIGITS
        self.dialled.append(kept(rows[list(_DIALLED)], enough))
        if not enough.all():
            adjacent = core.str.strip_chars(_AROUND).str.len_bytes() == _FEWEST_DIGITS
            two, fewer = split(kept(rows, ~enough), (_DIGITS == _FEWEST_DIGITS) & adjacent)
            self.dialled.append(two[list(_DIALLED)])
            self.settle(fewer["row"], Reason.NOT_A_NUMBER)

    def dial_spelt(self, rows: pl.DataFrame, firm: pl.Expr = _FIRM, keyed: pl.Expr = ~_FIRM) -> None:
        """Look up the `core` of cells that are not looked up unchanged."""
        if not rows.is_empty():
            rows = with_digits(rows.with_columns_seq(plus=_CORE.str.starts_with("+")), _CORE)
            self.spelt.append(rows[["row", "text", "core"]])
            self.dial(rows, _CORE, firm, keyed)

    def sorted(self) -> Shapes:
        return Shapes(
            together(pl.DataFrame(schema=_SETTLED), *self.settled),
            together(pl.DataFrame(schema=_PARTED), *self.parted),
            together(pl.DataFrame(schema=_DIALLED), *self.dialled),
            together(pl.DataFrame(schema=_SPELT), *self.spelt),
        )


def _undress(rows: pl.DataFrame, piles: _Piles) -> None:
    """Do what `reading.unwrap` does, except for the label."""
    wordless, rows = split(rows, _TEXT.str.contains(_WORDLESS))
    piles.settle(wordless["row"], Reason.NOT_A_NUMBER)
    rows, empty = split(_folded(rows), _TEXT != "")
    piles.settle(empty["row"], Reason.EMPTY)
    with_links, rows = linked(rows)
    piles.dial_spelt(with_links)
    telephoned, rows = split(rows, pl.col("uri").is_not_null())
    uri = pl.concat_str(pl.lit("tel:"), "uri").alias("text")
    telephoned = where(telephoned.select_seq("row", uri, "plan"), ~HAS_STRAY)
    rows = _rewritten(rows)
    tame, _ = split(rows, _TEXT.str.contains(_ALPHABET) & ~_TEXT.str.contains(_DANGEROUS))
    _look_at(_unlabelled(together(telephoned, tame)), piles)


def _folded(rows: pl.DataFrame) -> pl.DataFrame:
    """Do what `folding.mend` and `fold` do."""
    odd, rows = split(rows, _TEXT.str.contains(_TO_FOLD))
    if odd.is_empty():
        return rows
    to_mend = _TEXT.str.contains(f"(?i){TO_MEND}")
    spaced, odd = split(odd, _TEXT.str.contains(_ONLY_SPACES_TO_FOLD) & ~to_mend)
    spaced = spaced.with_columns_seq(_TEXT.str.replace_all(_SPACES, " ").str.strip_chars(" "))
    texts = pl.Series("text", [fold(mend(text)) for text in odd.get_column("text")], dtype=pl.String)
    return together(rows, spaced, beside(odd, texts))


def _rewritten(rows: pl.DataFrame) -> pl.DataFrame:
    """Do what `unwrapping.float_text` and `plus_behind` do."""
    first, others, exponent = pl.col("2"), pl.col("3"), pl.col("4").cast(pl.UInt32)
    zeros = exponent - others.str.len_bytes().cast(pl.Int64)
    is_whole = zeros.is_between(0, MAX_DIGITS)
    whole = pl.when(is_whole).then(pl.concat_str(first, others).str.pad_end(exponent + 1, "0"))
    signed = pl.concat_str(pl.lit("+"), "5")
    found = rows[["row", "text", "plan"]].hstack(groups(rows["text"], _MISWRITTEN))
    return found.select_seq("row", pl.coalesce("1", whole, signed, _TEXT).alias("text"), "plan")


def _unlabelled(rows: pl.DataFrame) -> pl.DataFrame:
    """Remove words after eight digits or more, and add `for_two`: it has enough digits for two numbers."""
    rows = rows.with_columns_seq(for_two=has_digits(_TEXT, TWO_NUMBERS_DIGITS))
    wordy, rest = split(rows, _ENDS_IN_TEXT & has_digits(_TEXT, DIGITS_BEFORE_LABEL))
    if wordy.is_empty():
        return rest
    wordy = wordy.with_columns_seq(label=_TEXT.str.extract(AFTER_LAST_DIGIT.pattern))
    label = pl.col("label")
    labelled = label.str.contains(f"^(?:{LABEL.pattern})") & ~label.str.contains(rf"(?i){EXAMPLE}")
    number = _TEXT.str.head(_TEXT.str.len_chars() - pl.col("label").str.len_chars())
    wordy = wordy.with_columns_seq(text=pl.when(labelled).then(number).otherwise(_TEXT))
    return together(rest, wordy[rest.columns])


def _look_at(rows: pl.DataFrame, piles: _Piles) -> None:
    """Do `reading._refuse`, then phonenumberutil._extract_possible_number and _maybe_strip_extension."""
    if rows.is_empty():
        return
    damaged, rows = split(rows, _TEXT.str.contains(_DAMAGED))
    piles.settle(damaged["row"], Reason.SPREADSHEET_DAMAGE)
    rows = _without_addresses(rows, piles)
    parted, rows = split(rows, _FOR_TWO & _TEXT.str.contains(SEPARATOR))
    piles.part(where(parted, ~_TEXT.str.contains("=", literal=True)))
    whole, rows = split(rows.with_columns_seq(core=_TEXT.str.extract(CORE)), _CORE.is_not_null())
    piles.dial_spelt(whole)
    if rows.is_empty():
        return
    # After a prefix, the text that recoveries leave may not be a number, or have its extension elsewhere.
    firm = ~_FOR_TWO & ~_TEXT.str.contains(_MAY_BE_RECOVERED)
    rows = rows.with_columns_seq(core=_TEXT.str.extract(_EXTENDED), firm=firm)
    extended, rows = split(rows, _CORE.is_not_null())
    enough = has_digits(_CORE, FEWEST_DIALLED_DIGITS)
    piles.dial_spelt(where(extended, enough), pl.col("firm"))
    keyed = pl.when(~_TEXT.str.contains(_SECOND_EXTENSION)).then(_TEXT.str.extract(_LETTERED))
    lettered, rows = split(rows.with_columns_seq(core=keyed), _CORE.is_not_null())
    piles.dial_spelt(lettered.with_columns_seq(core=_on_keypad()), pl.col("firm"), _FIRM)
    not_viable = where(rows, pl.col("firm") & _TEXT.str.contains(_NOT_VIABLE))
    piles.settle(not_viable["row"], Reason.NOT_A_NUMBER)


def _without_addresses(rows: pl.DataFrame, piles: _Piles) -> pl.DataFrame:
    """Do `refusals.is_other_address`; the whole pattern takes six times as long."""
    worded, wordless = split(rows, _TEXT.str.contains(_LETTER))
    rest = []
    for some, pattern in ((worded, _ADDRESS), (wordless, _WORDLESS_ADDRESS)):
        addresses, others = split(some, _TEXT.str.contains(pattern))
        piles.settle(addresses["row"], Reason.NOT_A_NUMBER)
        rest.append(others)
    return together(*rest)


def _on_keypad() -> pl.Expr:
    """phonenumberutil._normalize: three letters or more are digits; fewer are removed."""
    keyed = _CORE.str.to_uppercase().str.replace_many(list(_KEYPAD), list(_KEYPAD.values()))
    spurious = _CORE.str.count_matches("[A-Za-z]") < _FEWEST_LETTERS
    return pl.when(spurious).then(_CORE.str.replace_all("[A-Za-z]", "")).otherwise(keyed)
