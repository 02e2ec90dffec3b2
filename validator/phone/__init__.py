"""Raw text and region to a number or a reason, for whole columns at once.

The authority is libphonenumber (the `phonenumbers` package): valid means valid to it. What goes beyond it is
the table `RECOVERIES`; what is refused before it is asked, since its answer would be a guess, is in
`refusals`. Long columns are decided in `bulk`, with the same answers; what that leaves, and short columns, is
read cell by cell in `reading`. `docs/phone.md` tells all of it to people.
"""

from validator.phone.answers import COUNTRIES
from validator.phone.bulk.several import apart
from validator.phone.cell.folding import fold_words
from validator.phone.cell.national_variants import other_spelling
from validator.phone.cell.reading import Accept
from validator.phone.cell.recoveries import RECOVERIES, Recovery
from validator.phone.cells import without_fractions
from validator.phone.detection import looks_like_phones
from validator.phone.normalise import calling_codes, normalise
from validator.phone.polars_namespace import PhoneExpressions
from validator.phone.regions.regions import parse_region

__all__ = [
    "COUNTRIES",
    "RECOVERIES",
    "Accept",
    "PhoneExpressions",
    "Recovery",
    "apart",
    "calling_codes",
    "fold_words",
    "looks_like_phones",
    "normalise",
    "other_spelling",
    "parse_region",
    "without_fractions",
]
