"""Raw text and region to a number or a reason, for whole columns at once.

The authority is libphonenumber (the `phonenumbers` package): a number is valid if libphonenumber says so. It
does not decide how digits were meant: `readings` decides this from the whole column. The table `RECOVERIES`
has what is read beyond libphonenumber. `refusals` refuses cells for which its answer would be a guess. `bulk`
decides long columns with the same answers; `cell` reads short columns, and what `bulk` leaves, cell by cell.
`docs/phone.md` describes all of this for users.
"""

from validator.phone.answers import COUNTRIES
from validator.phone.cell.folding import fold_words
from validator.phone.cell.national_variants import other_spelling
from validator.phone.cell.numbering import has_mobile_length
from validator.phone.cell.reading import Accept, parts_of, unwrap, written
from validator.phone.cell.recoveries import RECOVERIES, Recovery
from validator.phone.cell.same_subscriber import is_same_subscriber
from validator.phone.cells import without_fractions
from validator.phone.detection import DATE, looks_like_phones, mobile_share
from validator.phone.normalise import Surveyed, calling_codes, normalise, survey
from validator.phone.polars_namespace import PhoneExpressions
from validator.phone.readings.evidence import Evidence
from validator.phone.readings.rules import RULES, NumberReading, Numbers
from validator.phone.readings.slots import Outcome
from validator.phone.region_guess import likely_regions
from validator.phone.regions.regions import parse_region

__all__ = [
    "COUNTRIES",
    "DATE",
    "RECOVERIES",
    "RULES",
    "Accept",
    "Evidence",
    "NumberReading",
    "Numbers",
    "Outcome",
    "PhoneExpressions",
    "Recovery",
    "Surveyed",
    "calling_codes",
    "fold_words",
    "has_mobile_length",
    "is_same_subscriber",
    "likely_regions",
    "looks_like_phones",
    "mobile_share",
    "normalise",
    "other_spelling",
    "parse_region",
    "parts_of",
    "survey",
    "unwrap",
    "without_fractions",
    "written",
]
