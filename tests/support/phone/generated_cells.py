"""Cells to compare two readers of them by: everything lists hold, from a seed, over every region."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from phonenumbers import PhoneNumber

Row = tuple[str, str | None]

REGIONS = tuple(sorted(phonenumbers.SUPPORTED_REGIONS))
CODES = tuple(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
KINDS = tuple(kind for kind in PhoneNumberType.values() if kind != PhoneNumberType.UNKNOWN)
FORMATS = tuple(getattr(PhoneNumberFormat, name) for name in ("E164", "INTERNATIONAL", "NATIONAL", "RFC3966"))
EXIT_CODES = ("00", "011", "0011", "810", "010", "001", "009", "119", "00 ", "+00", "++", "8~10", "0", "000")
AROUND = (
    "Tel: {}", "tel:{}", "Mobile {}", "whatsapp:{}", "'{}", "'{}'", '="{}"', "({})", "{} ", "{}.", "{},",
    "{};", "{} Max", "{} (mobile)", "{}/private", "{} - home", "{}x", "{} x12", "{} ext 123", "{} ext. 7",
    "{};ext=12", "{}, ext 5", "{}#12", "{},,123", "{},50", "{} моб.", "Tél. {}", "Тел.: {}", "{} 📱",
    "\ufeff{}", "\u200e{}\u200f", "{}\u00a0", "+{}", "++{}", "00{}", "0{}", "({}", "[{}]", "{}?", "{}_",
    "_{}", "€{}", "no. {}", "{} or later", "{}@c.us", "{}@s.whatsapp.net", "{}:3@s.whatsapp.net", "{}@lid",
    "{}@example.com", "wa.me/{}", "https://wa.me/{}", "wa.me/{}?text=hi", "whatsapp://send?phone={}&text=x",
    "https://api.whatsapp.com/send?phone={}", "https://example.com/{}", "tel:{};phone-context=+44",
    "tel:{};isub=1", "{}\n", "{}\t", " {}", "{}.0", "{}e5", "1.{}E+11", "#{}", "{} {}", "{} High Street",
    "1-800-{}", "{}FLOWERS", "1: {}", "2) {}", "3. +{}", "Tel1 {}", "#2 {}", "{} (2)", "{}[12]", "{} B2",
    "{} o 57", "{} 24h", "M3: {}", "{}/7", "{} / 57", "{} 9-17", "{} 2", "{}-3",
    "(e.g. {})", "{} (example)", "format: {}", "{}xxx", "{}**", "**{}**", "***{}", "{}...", "{}+", "{} +",
    "☎ {}", "📱{}", "{}, Anna", "{}, Xavier", "{} High St, Eton", "{}, anexo 5", "9.{}E11", "9.{}e+13",
)  # fmt: skip
BETWEEN = (
    " / ", "/", ", ", ",", "; ", ";", "|", " & ", " or ", " und ", " y ", " - ", "-", "\n", "  ", " ", "+",
    " +", " (home) ", "\\",
)  # fmt: skip
PUNCTUATION = (
    " ", "-", ".", "/", "(", ")", "  ", "\u00a0", "\u2011", "\u2013", "·", "(0)", " (0) ", "[", "]", "~",
    "*", "x", ",", ":", "_",
)  # fmt: skip
ALPHABETS = (
    "0123456789",
    "0123456789 ",
    "0123456789 ()-/+",
    "0123456789+() -./,;x@#*eE:='\"",
    "0123456789abcxyzABCXYZ .,-/@+_:;",
    "0123456789 +\u00a0\u200e\u0663\uff14·ª²ß\u0131\u017f\u212a",
)
RESPELT = {
    "MX": ("521{0}", "52 1 {0}", "044 {0}", "01{0}", "1{0}"),
    "BR": ("55{1}{2}", "55 0{1} {2}", "{1} {2}", "0{1}{2}", "55 ({1}) 9{2}"),
    "AR": ("549{1}15{2}", "54 9 0{1} 15-{2}", "9{1}15{2}", "549{0}", "54 {1} 15 {2}"),
}
SCRIPTS = ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９", "०१२३४५६७८९")  # noqa: RUF001 - other digits
WORDS = (
    "n/a", "unknown", "-", "none", "John Smith", "12 High Street", "221 Baker St", "R2D2", "2024-01-31",
    "31/01/2024 10:30", "12.50", "€12.50", "1,234.56", "#N/A", "#####", "4.47701E+11", "info@example.com",
    "ana12@example.com", "1-800-FLOWERS", "0800 REVERSE", "", "+", "()", "12", "1 2", "+12", "5", "+5", "007",
    "10:30", "1/2", "1 x 2 x 3", "50%", "A1", "x", "550e8400-e29b-41d4-a716-446655440000", "0x1F",
    "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "192.168.0.1", "https://example.com",
    "No 5, 3rd floor",
)  # fmt: skip


class Cells:
    """A source of rows, each a cell and the region it is read in.

    Args:
        seed: the same seed gives the same rows.
        regions: the regions they come from.
    """

    def __init__(self, seed: int, regions: tuple[str, ...] = REGIONS) -> None:
        self._chance = random.Random(seed)
        self._regions = regions
        self._examples: dict[str, list[PhoneNumber]] = {}
        self._kinds: tuple[tuple[float, Callable[[str], str]], ...] = (
            (40, self._formatted),
            (25, self._dialled),
            (8, self._decorated),
            (6, self._repunctuated),
            (4, self._two),
            (8, self._random_digits),
            (3, self._in_script),
            (3, self._respelt),
            (3, self._word),
        )

    def generated(self, rows: int) -> Iterator[Row]:
        """Numbers of every region and kind, as they are written, and with something wrong with them."""
        weights, kinds = zip(*self._kinds, strict=True)
        for _ in range(rows):
            [kind] = self._chance.choices(kinds, weights)
            home = self._chance.choice(tuple(RESPELT) if kind == self._respelt else self._regions)
            yield kind(home), self._region(home)

    def fuzzed(self, rows: int) -> Iterator[Row]:
        """Characters in no order."""
        for _ in range(rows):
            alphabet = self._chance.choice(ALPHABETS)
            text = "".join(self._chance.choices(alphabet, k=self._chance.randrange(1, 26)))
            code = str(self._chance.choice(CODES))
            start = self._chance.choice(("", "", "", "+", "00", "0", "tel:", "wa.me/", code))
            yield start + text, self._region(self._chance.choice(self._regions))

    def _region(self, home: str) -> str | None:
        return self._chance.choices((home, None, self._chance.choice(self._regions)), (75, 12, 13))[0]

    def _example(self, region: str) -> PhoneNumber:
        if region not in self._examples:
            found = (phonenumbers.example_number_for_type(region, kind) for kind in KINDS)
            self._examples[region] = [number for number in found if number is not None]
        return self._chance.choice(self._examples[region])

    def _national(self, region: str) -> str:
        return phonenumbers.national_significant_number(self._example(region))

    def _formatted(self, region: str) -> str:
        number = phonenumbers.PhoneNumber()
        number.merge_from(self._example(region))
        if self._chance.random() < 0.5:
            size = self._chance.randrange(1, 6)
            number.national_number = number.national_number // 10**size * 10**size + self._chance.randrange(
                10**size
            )
        text = phonenumbers.format_number(number, self._chance.choice(FORMATS))
        return self._mutated(text) if self._chance.random() < 0.3 else text

    def _dialled(self, region: str) -> str:
        """Digits behind prefixes, right ones and wrong ones."""
        national, code = self._national(region), str(phonenumbers.country_code_for_region(region))
        plan = PhoneMetadata.metadata_for_region(region, None)
        trunk = (plan.national_prefix if plan else None) or "0"
        carrier = str(self._chance.randrange(10, 10000))
        exit_code, other = self._chance.choice(EXIT_CODES), str(self._chance.choice(CODES))
        forms = (
            national, trunk + national, code + national, code + trunk + national, code + code + national,
            "+" + code + national, "+" + code + trunk + national, exit_code + code + national,
            exit_code + carrier + code + national, trunk + carrier + national, carrier + national,
            other + national, "+" + other + national, "+" + carrier + national,
            national[:-4] + "15" + national[-4:], national[-7:], national[-6:],
        )  # fmt: skip
        text = self._chance.choice(forms)
        return self._mutated(text) if self._chance.random() < 0.6 else text

    def _mutated(self, text: str) -> str:
        marks = list(text)
        for _ in range(self._chance.choice((1, 1, 2, 3))):
            place, digit = self._chance.randrange(len(marks) + 1), self._chance.choice("0123456789")
            match self._chance.randrange(5):
                case 0:
                    marks.insert(place, digit)
                case 1:
                    marks[place : place + 1] = []
                case 2:
                    marks.append(digit)
                case _:
                    marks[place : place + 1] = [digit]
        return "".join(marks)

    def _some(self, region: str) -> str:
        return self._formatted(region) if self._chance.random() < 0.5 else self._dialled(region)

    def _decorated(self, region: str) -> str:
        return self._chance.choice(AROUND).replace("{}", self._some(region))

    def _repunctuated(self, region: str) -> str:
        marks = list(self._some(region))
        for _ in range(self._chance.randrange(1, 4)):
            marks.insert(self._chance.randrange(len(marks) + 1), self._chance.choice(PUNCTUATION))
        return "".join(marks)

    def _two(self, region: str) -> str:
        return self._some(region) + self._chance.choice(BETWEEN) + self._some(region)

    def _random_digits(self, _region: str) -> str:
        digits = "".join(self._chance.choices("0123456789", k=self._chance.randrange(1, 24)))
        return self._chance.choice(("", "", "+", "0", "00")) + digits

    def _in_script(self, region: str) -> str:
        script = self._chance.choice(SCRIPTS)
        return "".join(script[int(mark)] if mark in "0123456789" else mark for mark in self._some(region))

    def _respelt(self, region: str) -> str:
        """Numbers with a digit that their plan has given up, at home and from abroad, mostly right ones."""
        national = self._formatted(region) if self._chance.random() < 0.3 else self._national(region)
        national = "".join(mark for mark in national if mark.isdecimal())[-11:]
        form = self._chance.choice(RESPELT[region]).format(national, national[:2], national[-8:])
        text = self._chance.choice(("+", "", "00", "0", "+ (", "Tel: ")) + form
        return self._mutated(text) if self._chance.random() < 0.2 else text

    def _word(self, _region: str) -> str:
        return self._chance.choice(WORDS)
