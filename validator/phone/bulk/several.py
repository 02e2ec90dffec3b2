"""Several numbers in a cell: `refusals.holds_several` and `refusals.may_hold_several` for whole columns.

The cells are split. Each part becomes a question to `lookup.look_up`, together with all other questions
(`second_chances` says what a question is). Then the answers are combined for each cell.
"""

from __future__ import annotations

import polars as pl

from validator.model import MAX_DIGITS, MIN_DIGITS, Reason
from validator.phone import answers
from validator.phone.bulk.frames import together, where
from validator.phone.bulk.search import FEWEST_DIALLED_DIGITS
from validator.phone.bulk.second_chances import QUESTION, counted, has_digits, only_digits
from validator.phone.cell.refusals import SEPARATING_WORDS

# The fewest and the most digits of two numbers.
TWO_NUMBERS_DIGITS = 2 * MIN_DIGITS
_MOST_DIGITS_OF_A_PAIR = 2 * MAX_DIGITS

# Digits with punctuation, after any text, and before text that libphonenumber cuts off.
CORE = r"^[^0-9+]*(\+*[0-9 ().\-/\[\]]*[0-9])[^#\p{L}\p{N}+]*$"
# `refusals._SEPARATOR`, of texts without an equals sign.
SEPARATOR = rf"(?i)[,;|&]|\s(?:{SEPARATING_WORDS})\s"
# `refusals._DOUBTFUL_SEPARATORS` for texts of shape `CORE`; and any of them, or the space between two halves.
_DOUBTFUL_SEPARATORS = (r"[/\\]", r"\s-+\s")
_ANY_DOUBTFUL = r"[/\\]|\s"

_NO_COUNTRY = answers.of(Reason.NO_COUNTRY)
_NO_QUESTIONS = pl.DataFrame(schema={**QUESTION, "parting": pl.UInt32(), "must_be_valid": pl.Boolean()})
_TRUE, _FALSE = pl.lit(value=True), pl.lit(value=False)
_TEXT, _PART, _ANSWER = pl.col("text"), pl.col("part"), pl.col("answer")
# Whether a cell has digits for two numbers. Cells with letters for digits are left out.
MAY_BE_TWO = (pl.col("digits") >= TWO_NUMBERS_DIGITS) & ~pl.col("keyed")


def parts(cells: pl.DataFrame) -> pl.DataFrame:
    """Return questions about the parts of the texts between `SEPARATOR`s."""
    return _parts(cells.with_row_index("at"), SEPARATOR, 0)


def apart(cells: pl.Expr) -> pl.Expr:
    """Return the texts between the separators of cells that hold several numbers, as lists."""
    separators = rf"{SEPARATOR}|{'|'.join(_DOUBTFUL_SEPARATORS)}|\n"
    # A plus sign begins a number, whatever is before it.
    return cells.str.replace_all("+", "\n+", literal=True).str.replace_all(separators, "\n").str.split("\n")


def doubtful_parts(cells: pl.DataFrame) -> pl.DataFrame:
    """Return questions about the parts of texts of shape `CORE`, for separators that numbers have too."""
    cells = where(cells, _TEXT.str.contains(_ANY_DOUBTFUL))
    parted = (_parts(cells, separator, place) for place, separator in enumerate(_DOUBTFUL_SEPARATORS))
    return together(*parted, _halves(cells))


def several(asked: pl.DataFrame) -> pl.DataFrame:
    """Return `at` and the answer for the cells that hold several numbers, or may hold several."""
    if asked.is_empty():
        return asked[["at", "answer", "number"]]
    counts, line, number = pl.col("counts"), pl.col("line"), pl.col("of_line")
    asked = asked.with_columns_seq(counts=_counts()).select_seq(
        "at",
        "parting",
        "counts",
        line=pl.when(counts).then(_ANSWER >= answers.FIRST_VALID),
        of_line=pl.when(counts).then("number"),
    )
    # If all parts are the same number, the cell has to be read by itself.
    same = line.all() & (number.min() == number.max())
    none = ~counts.has_nulls() & (counts.sum() <= 1)
    found = pl.when((counts.sum() > 1) & ~same).then(_TRUE).when(none).then(_FALSE)
    partings = asked.group_by("at", "parting").agg(several=found)
    cells = partings.group_by("at").agg(pl.col("several").any(ignore_nulls=False))
    several_numbers = pl.lit(answers.of(Reason.SEVERAL_NUMBERS), answers.ANSWER)
    answer = pl.when("several").then(several_numbers).otherwise(pl.lit(answers.UNDECIDED, answers.ANSWER))
    held = pl.col("several").fill_null(value=True)
    return where(cells, held).select_seq("at", answer.alias("answer"), number=pl.lit(0, pl.UInt64))


def _counts() -> pl.Expr:
    """`refusals._is_whole_number`, or `numbering.is_valid`; null if the answer is not known."""
    possible = (_ANSWER >= answers.FIRST_LINE) | (_ANSWER == _NO_COUNTRY)
    counts = pl.when("must_be_valid").then(_ANSWER >= answers.FIRST_VALID).otherwise(possible)
    return pl.when(_ANSWER != answers.UNDECIDED).then(counts)


def _parts(cells: pl.DataFrame, separator: str, parting: int) -> pl.DataFrame:
    """Return a question for each part with enough digits for a number; `known` if it looks like one."""
    parted = where(cells, _TEXT.str.contains(separator))
    if parted.is_empty():
        return _NO_QUESTIONS
    found = parted.select_seq("at", "plan", part=_TEXT.str.split(separator, literal=False)).explode("part")
    found = where(found, has_digits(_PART, MIN_DIGITS))
    found = found.with_columns_seq(core=_PART.str.extract(CORE)).with_columns_seq(
        known=pl.col("core").is_not_null()
    )
    # A part that is not known gets an empty question: no digits, and no plan.
    core, plan = pl.col("core").fill_null(""), pl.when("known").then("plan").alias("plan")
    number = only_digits(core).alias("number")
    numbered = found.select_seq("at", plan, number, "known", plus=core.str.starts_with("+"))
    return _asking(numbered, pl.lit(parting, pl.UInt32), _FALSE)


def _halves(cells: pl.DataFrame) -> pl.DataFrame:
    """Return two questions for each space, about the digits before and after it: `refusals._is_pair`."""
    is_spaced = pl.col("core").str.contains(" ", literal=True)
    pairs = where(cells, (pl.col("digits") <= _MOST_DIGITS_OF_A_PAIR) & is_spaced)
    if pairs.is_empty():
        return _NO_QUESTIONS
    cuts, whole = _cuts(pairs), pl.col("only_digits")
    first = cuts.select_seq("at", "plan", "plus", "left", number=whole.str.head("left"), known=_TRUE)
    behind = whole.str.slice("left").alias("number")
    second = cuts.select_seq("at", "plan", "left", behind, plus=_FALSE, known=_TRUE)
    return pl.concat([_asking(half, pl.col("left"), _TRUE) for half in (first, second)])


def _cuts(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each space with enough digits on both sides; `left` of them are before it."""
    digits, core = pl.col("digits"), pl.col("core")
    # A running sum over all cells, less the sum before each cell: a sum for each cell costs far more.
    before = digits.cum_sum() - digits
    words = pairs.select_seq(
        "at", "plan", "plus", "digits", before=before, only_digits=only_digits(core), word=core.str.split(" ")
    )
    words = words.explode("word").with_columns_seq(own=only_digits(pl.col("word")).str.len_bytes())
    words = words.with_columns_seq(left=pl.col("own").cum_sum() - pl.col("before"))
    fewest = pl.min_horizontal("left", digits - pl.col("left"))
    # The space after a word without digits was counted already.
    return where(words, (fewest >= FEWEST_DIALLED_DIGITS) & (pl.col("own") > 0))


def _asking(numbered: pl.DataFrame, parting: pl.Expr, must_be_valid: pl.Expr) -> pl.DataFrame:
    digits, value = counted(pl.col("number"))
    question = ("at", "plan", "plus", digits, value.fill_null(0), "known")
    return numbered.select_seq(*question, parting=parting, must_be_valid=must_be_valid)
