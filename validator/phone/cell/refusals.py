"""Refusals: cells that libphonenumber is not asked about, since its answer would be a guess."""

from __future__ import annotations

import re
from collections import Counter
from itertools import accumulate

from validator.model import MAX_DIGITS, MIN_DIGITS
from validator.pattern import Pattern
from validator.phone.cell.numbering import Line, is_possible, is_valid, look_up
from validator.phone.cell.unwrapping import EXAMPLE, QUOTES, digits_of

_SCIENTIFIC = r"[+-]?[0-9]+(?:[.,][0-9]+)?\s?[eE]\s?[+-]?[0-9]{1,3}"
# Three zeros may be thousands, and a minus is the result of a subtraction: `+91-9876543210` typed in a cell.
_DECIMAL = r"[+-]?[0-9]{5,}[.,]000|-[1-9][0-9]{6,}(?:[.,]0+)?"
# A computed fraction: phone numbers have no dot before the last one or two digits, or after ten digits.
_FRACTION = r"-?[1-9][0-9]{6,}\.[0-9]{1,2}|-?[1-9][0-9]{9,}\.[0-9]+"
_THOUSANDS = r"[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}(?:\.0+)?"
_ERROR_VALUE = r"#{3,}|#(?:N/A|VALUE!|REF!|NUM!|NAME\?|DIV/0!|NULL!)"
DAMAGE = Pattern(f"{_SCIENTIFIC}|{_DECIMAL}|{_FRACTION}|{_THOUSANDS}|{_ERROR_VALUE}", re.ASCII)

# An extension before another number: its digits would be read as the first digits.
_EXTENSION_WORDS = "ext|extn|extension|ramal|anexo|poste|durchwahl|klappe|toestel|dahili|доб"
_EXTENSION_FIRST = rf"^\W*(?:{_EXTENSION_WORDS})\b\W*[0-9]{{1,5}}[^0-9]+[0-9]"
# One or two letters among the digits, and no others behind the first digit: libphonenumber would drop them.
# They stand for digits that were misread (`0171 55S0101`), or divide a few digits from the number (`... B2`).
# An x may be an extension, or a carrier in Brazil.
_AMONG = (
    r"^[^0-9]*[0-9](?:[^a-z]*[0-9])?"
    r"(?:[a-wyz]{1,2}(?:[0-9][^a-z0-9]*){1,9}|[^a-z0-9]*[a-wyz]{1,2}[^a-z0-9]*(?:[0-9][^a-z0-9]*){1,6})$"
)
# One or two digits after a slash, behind a number: the last ones of a second number (`030 12345678/79`).
# French numbers may have a slash between all pairs of digits.
_SECOND_END = (
    r"^(?:[^/0-9]*[0-9][^/]*/(?:[^0-9/]*[0-9]){5,}|(?:[^0-9/]*[0-9]){8,})[^0-9/]*/[^0-9/]*[0-9]{1,2}[^0-9/]*$"
)
# A few digits on a line or in a field of their own before a number with its trunk zero: `17 / 065 675242`.
_FIELD_FIRST = r"^[^0-9+]*[1-9][0-9]{0,2} / \(?0[1-9]"
# Digits that an export hides or cuts off: `0771 955xxxx`, `074*****456`, `+44 7400 12...`. libphonenumber
# would leave the marks out, and read three letters x as 999. Brazil writes `(0xx11)` for any carrier.
_MASKED = (
    r"[0-9][ ().-]*(?:x{2,}[^0-9]*$|x{3,}|\?{2,}|\.{3,}|…)|^[^0-9a-z]*x{3,}\W*[0-9]"
    r"|^[^*]*[0-9][ ().-]*\*{2,}|^[^0-9]*\*{2,}[^*]*[0-9][^*]*$"
)
# All that texts without a letter match; the others need one.
WORDLESS_ADDRESS = rf"{_SECOND_END}|{_FIELD_FIRST}|{_MASKED}|://"
ADDRESS = Pattern(
    rf"{_AMONG}|{WORDLESS_ADDRESS}|{EXAMPLE}|\bwa\.me/|\bwhatsapp\.(?:com|net)"
    rf"|@(?:lid|g\.us|broadcast|newsletter)\b|{_EXTENSION_FIRST}",
    re.IGNORECASE,
)

# "or" and "and" in the languages of lists.
SEPARATING_WORDS = "or|and|ou|et|e|o|u|y|oder|und|of|en|og|och|i|lub|oraz|veya|ve|atau|dan|или|и"
_SEPARATOR = Pattern(rf"[,|&]|;(?![a-z-]+=)|\s(?:{SEPARATING_WORDS})\s", re.IGNORECASE)
# Between the values of a field in an export of Google Contacts, and between values on separate lines.
_GOOGLE, _LINE_END = Pattern(":::"), Pattern("\n")
# Each of these may be part of one number, so they separate only if the whole is not a number. Coarse to fine.
_ANY_SEPARATOR = Pattern(rf"{_SEPARATOR.pattern}|[/\\(]|\s-+\s|:::|\n", re.IGNORECASE)
_DOUBTFUL_SEPARATORS = tuple(map(Pattern, (r"[/\\]", r"\s-+\s", r"[^\W\d_][^0-9+]*", r"(?=\+)")))


def is_damaged(text: str) -> bool:
    """Return whether a spreadsheet rounded, reformatted or replaced the text: `4.47701E+11`."""
    return DAMAGE.fullmatch(text.strip(QUOTES)) is not None


def is_other_address(text: str) -> bool:
    """Return whether the text is not one number: a link, a group, an extension first, letters in digits."""
    return ADDRESS.search(text) is not None


def holds_several(text: str, region: str | None) -> bool:
    """Return whether separators that are never part of a number split the text into two or more numbers."""
    return _parts_into_numbers(_SEPARATOR, text, region)


def may_hold_several(text: str, region: str | None) -> bool:
    """Return the same for separators that numbers have too (`030/123456`), if the whole is not a number."""
    parted = any(_parts_into_numbers(separator, text, region) for separator in _DOUBTFUL_SEPARATORS)
    return parted or _is_pair(text.split(), region)


def numbers_apart(text: str, region: str | None) -> list[str]:
    """Return the parts of a text with several numbers, each to be read by itself.

    Coarse separators come before fine ones, so that `030/12345, 030/12346` is two numbers.
    """
    separators = (_GOOGLE, _SEPARATOR, _LINE_END, *_DOUBTFUL_SEPARATORS)
    for parts in (separator.split(text) for separator in separators):
        found = [part.strip() for part in parts if len(digits_of(part)) >= MIN_DIGITS]
        if len(found) > 1:
            return found
    words = text.split()
    halves = ([" ".join(words[:cut]), " ".join(words[cut:])] for cut in range(1, len(words)))
    return next((pair for pair in halves if all(is_valid(half, region) for half in pair)), [text])


def the_one_number(text: str, region: str | None) -> Line | None:
    """Return the number of a text with several parts, if all of them are the same valid number."""
    parts = _ANY_SEPARATOR.split(text.replace("+", "\n+"))
    first, *others = [part for part in parts if len(digits_of(part)) >= MIN_DIGITS] or [""]
    answer = look_up(first, region) if others else None
    if not isinstance(answer, Line) or not answer.valid:
        return None
    return answer if all(look_up(part, region) == answer for part in set(others)) else None


def _is_pair(words: list[str], region: str | None) -> bool:
    """Return whether some space has a valid number on each side: `07400 123456 07400 123457`."""
    if not 2 * MIN_DIGITS <= len(digits_of("".join(words))) <= 2 * MAX_DIGITS:
        return False
    halves = ((" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words)))
    return any(is_valid(left, region) and is_valid(right, region) for left, right in halves)


def _parts_into_numbers(separator: Pattern, text: str, region: str | None) -> bool:
    # No number has fewer than seven digits, so most cells are decided without splitting.
    if len(digits_of(text)) < 2 * MIN_DIGITS or not separator.search(text):
        return False
    # Repeated parts are tested once, and the test stops at the second number.
    parts = Counter(separator.split(text))
    found = (count * _is_whole_number(part, region) for part, count in parts.items())
    return any(numbers > 1 for numbers in accumulate(found))


def _is_whole_number(part: str, region: str | None) -> bool:
    return len(digits_of(part)) >= MIN_DIGITS and is_possible(part, region)
