"""A list of recipients in known proportions, with the answer to each row known beforehand."""

import csv
import random
from dataclasses import dataclass

from phonenumbers import is_valid_number, parse

from validator.sandbox import behaviour

DUPLICATES = 0.30
GARBAGE = 0.05
REGISTERED_SHARE = 0.6  # the sandbox's own default

# In every area code the numbers 555-0100 to 555-0199 are kept free for fiction, and valid to libphonenumber.
LINES = 100
AREAS = [code for code in range(201, 990) if is_valid_number(parse(f"+1{code}5550100"))]

SPELLINGS = ("+1{0}5550{1}", "({0}) 555-0{1}", "{0}-555-0{1}", "1 {0} 555 0{1}", "+1 {0}.555.0{1}")
NO_NUMBERS = (
    "",
    "n/a",
    "12345",
    "2.01556E+10",
    "info@example.com",
    "0000000000",
    "(201) 555-0100 / 555-0101",
)


@dataclass(frozen=True)
class RecipientList:
    """Rows of a list: the cell as written, and the number that is meant, None where it is none."""

    cells: list
    numbers: list

    @classmethod
    def draw(cls, rows, seed=20_240_101):
        """Draw a list of exact shares: of 1,000 rows, 650 new numbers, 300 that repeat one, 50 garbage."""
        chance = random.Random(seed)
        garbage, repeated = round(rows * GARBAGE), round(rows * DUPLICATES)
        drawn = chance.sample(range(len(AREAS) * LINES), rows - garbage - repeated)
        recipients = drawn + chance.choices(drawn, k=repeated) + [None] * garbage
        chance.shuffle(recipients)
        return cls([_cell(chance, one) for one in recipients], [_e164(one) for one in recipients])

    def repeated(self, times):
        """The same list so many times over: long to write, and no more to ask."""
        return RecipientList(self.cells * times, self.numbers * times)

    @property
    def distinct(self):
        return set(self.numbers) - {None}

    def write(self, path):
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "name", "phone", "note"])
            writer.writerows(
                [row, f"Person {row}", cell, 'likes "ü", and 🍰'] for row, cell in enumerate(self.cells)
            )

    def verdicts(self):
        """What the sandbox's seed says of every row."""
        return [_verdict(number) for number in self.numbers]


def _cell(chance, place):
    if place is None:
        return chance.choice(NO_NUMBERS)
    return chance.choice(SPELLINGS).format(AREAS[place // LINES], 100 + place % LINES)


def _e164(place):
    return None if place is None else f"+1{AREAS[place // LINES]}5550{100 + place % LINES}"


def _verdict(number):
    if number is None:
        return "invalid"
    account = behaviour.account_id(number, seed=0, share=REGISTERED_SHARE)
    return "not_registered" if account is None else "registered"
