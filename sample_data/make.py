"""Makes every file in this folder anew, byte for byte the same: `.venv/bin/python sample_data/make.py`.

With a folder as its argument, the files go there instead. Nobody in them exists; `README.md` says where the
numbers come from and how each file came to look as it does.
"""

from __future__ import annotations

import csv
import io
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeVar

import polars as pl
from traps import TRAPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")

ENGLISH_FIRST = "Amelia Ben Chloe Daniel Esther Finn Grace Harvey Isla Jack Keira Liam Maya Noah Olivia Priya"
ENGLISH_LAST = "Ahmed Baker Carter Davies Evans Foster Green Hughes Khan Lewis Morgan O'Brien Patel Shaw"
BRAZILIAN_FIRST = "Antônia Bruno Cauã Débora Érica Fábio Gonçalo Helena João Lúcia Márcia Otávio Thaís"
BRAZILIAN_LAST = "Araújo Brandão Conceição Gonçalves Leitão Magalhães Muñoz Simões Teixeira"
GERMAN_FIRST = "Björn Carla Dörte Emil Frieda Günther Hannah Jürgen Käthe Lars Mareike Sönke"
GERMAN_LAST = "Bäcker Eßer Fröhlich Groß Hübner Jäger König Müller Schröder Strauß Weiß"

# Calling area (DDD), city and state.
BRAZILIAN_CITIES = (
    ("11", "São Paulo", "SP"),
    ("21", "Rio de Janeiro", "RJ"),
    ("31", "Belo Horizonte", "MG"),
    ("41", "Curitiba", "PR"),
    ("48", "Florianópolis", "SC"),
    ("51", "Porto Alegre", "RS"),
    ("61", "Brasília", "DF"),
    ("71", "Salvador", "BA"),
    ("85", "Fortaleza", "CE"),
    ("91", "Belém", "PA"),
)


class Dice(Random):
    """Random choices that no Python release changes: of `random`, only `random()` is promised to stay."""

    def below(self, limit: int) -> int:
        """Return a whole number from 0 up to, not including, the limit."""
        return int(self.random() * limit)

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self.below(len(options))]

    def word(self, words: str) -> str:
        """Return one of the words of a text."""
        return self.pick(words.split())


def crm_export() -> bytes:
    """UTF-8 with a byte order mark, commas, Windows line ends; two countries, typed in by three people."""
    dice = Dice(1)
    rows = [_contact(dice, number) for number in range(58)]
    # The same people once more, as a second salesperson typed them in.
    for twin, original in enumerate((3, 9, 17, 26, 38, 44, 51)):
        phone = _digits_of_contact(rows[original][4], rows[original][5])
        rows.append(
            [_contact_id(58 + twin), *rows[original][1:4], phone, rows[original][5], "Sam Reed", "2026-10-02"]
        )
    header = ["Contact ID", "First Name", "Last Name", "Email", "Phone", "Country", "Owner", "Created"]
    return _csv([header, *rows], end="\r\n").encode("utf-8-sig")


def _contact(dice: Dice, number: int) -> list[str]:
    first, last = dice.word(ENGLISH_FIRST), dice.word(ENGLISH_LAST)
    email = f"{first}.{last}{number}@example.{dice.pick(('com', 'org'))}".lower().replace("'", "")
    is_british = number % 5 < 2  # noqa: PLR2004 - two in five
    phone = _british(dice, number) if is_british else _american(dice, number)
    created = date(2024, 1, 8) + timedelta(days=dice.below(900))
    owner = dice.pick(("Sam Reed", "Toni Marsh", "Alex Hill"))
    phone = "" if number in {12, 31} else phone
    country = "GB" if is_british else "US"
    return [_contact_id(number), first, last, email, phone, country, owner, created.isoformat()]


def _contact_id(number: int) -> str:
    return f"{104 + number:06d}"


def _british(dice: Dice, number: int) -> str:
    end = f"{100 + 13 * number:03d}"
    forms = (
        f"07700 900{end}",
        f"07700900{end}",
        f"+44 7700 900{end}",
        f"+44 (0)7700 900 {end}",
        f"0044 7700 900{end}",
    )
    return dice.pick((*forms, f"447700900{end}", f"(07700) 900-{end}"))


def _american(dice: Dice, number: int) -> str:
    area = dice.pick(("202", "212", "303", "312", "415", "617", "713", "808"))
    end = f"01{number:02d}"
    forms = (
        f"({area}) 555-{end}",
        f"{area}-555-{end}",
        f"{area}.555.{end}",
        f"+1 {area} 555 {end}",
        f"{area}555{end}",
    )
    return dice.pick(
        (*forms, f"1-{area}-555-{end}", f"+1{area}555{end}", f"({area}) 555-{end} x{10 + number}")
    )


def _digits_of_contact(phone: str, country: str) -> str:
    """The same number, typed another way: bare and international."""
    digits = "".join(char for char in phone.partition(" x")[0] if char.isdigit())
    return f"+44{digits[-10:]}" if country == "GB" else f"+1{digits[-10:]}"


def loja_clientes() -> bytes:
    """Latin-1, semicolons, decimal commas: a shop's customers from before and after the ninth digit."""
    dice = Dice(2)
    header = ["código", "nome", "celular", "e-mail", "cidade", "UF", "última compra", "total gasto"]
    return _csv([header, *(_customer(dice, number) for number in range(48))], delimiter=";").encode("latin-1")


def _customer(dice: Dice, number: int) -> list[str]:
    area, city, state = dice.pick(BRAZILIAN_CITIES)
    name = f"{dice.word(BRAZILIAN_FIRST)} {dice.word(BRAZILIAN_LAST)}"
    bought = date(2025, 3, 1) + timedelta(days=dice.below(600))
    spent = f"{dice.below(9_000) + 19},{dice.below(100):02d}"
    email = f"cliente{number:03d}@example.com" if dice.below(4) else ""
    return [f"{number + 1:05d}", name, _celular(dice, area), email, city, state, f"{bought:%d/%m/%Y}", spent]


def _celular(dice: Dice, area: str) -> str:
    start, middle, end = dice.pick("6789"), f"{dice.below(1_000):03d}", f"{dice.below(10_000):04d}"
    whole = f"9{start}{middle}-{end}"
    forms = (
        f"({area}) {whole}",
        f"+55 {area} {whole}",
        f"{area} {whole}",
        f"0{area} {whole}",
        f"55{area}{whole}".replace("-", ""),
    )
    # Before 2012 to 2016, region by region, mobile numbers had eight digits; old rows still do.
    return dice.pick(
        (
            *forms,
            f"+55({area}){whole}".replace("-", ""),
            f"({area}) 8{middle}-{end}",
            f"({area}) 3{middle}-{end}",
        )
    )


def excel_export() -> bytes:
    """UTF-16 with a byte order mark, tabs, Windows line ends: what Excel saves as "Unicode Text"."""
    dice = Dice(3)
    header = ["Kundennummer", "Name", "Handynummer", "Straße", "PLZ", "Ort", "Kunde seit"]
    rows = [header, *(_kunde(dice, number) for number in range(40))]
    return b"\xff\xfe" + _csv(rows, delimiter="\t", end="\r\n").encode("utf-16-le")


def _kunde(dice: Dice, number: int) -> list[str]:
    name = f"{dice.word(GERMAN_LAST)}, {dice.word(GERMAN_FIRST)}"
    code, city = dice.pick(
        (("04109", "Leipzig"), ("10115", "Berlin"), ("50667", "Köln"), ("80331", "München"))
    )
    since = date(2019, 1, 1) + timedelta(days=dice.below(2_500))
    street = f"{dice.pick(('Bäckergasse', 'Große Straße', 'Am Mühlbach'))} {number + 1}"
    return [f"00{4_711 + number}", name, _handy(dice, number), street, code, city, f"{since:%d.%m.%Y}"]


def _handy(dice: Dice, number: int) -> str:
    end = f"{2 * number:02d}"
    if number % 8 == 7:  # noqa: PLR2004 - every eighth gave the number at home
        return dice.pick((f"030 / 23125-0{end}", f"0221 4710 0{end}", f"+49 (0)89 99998-1{end}"))
    forms = (f"0171 / 39200{end}", f"0171-39200{end}", f"+49 171 39200{end}", f"0049 176 040690{end}")
    return dice.pick((*forms, f"+49 (0) 176 040690{end}", f"0176040690{end}", f"4917139200{end}"))


def subscribers() -> bytes:
    """Parquet with a type for every column, nulls among them; all numbers are in international form."""
    dice = Dice(4)
    rows = [_subscriber(dice, number) for number in range(60)]
    schema = {
        "id": pl.Int64(),
        "joined": pl.Date(),
        "phone": pl.String(),
        "tier": pl.Categorical(),
        "score": pl.Float64(),
        "balance": pl.Decimal(10, 2),
        "opted_in": pl.Boolean(),
        "tags": pl.List(pl.String()),
        "last_seen": pl.Datetime("us", "UTC"),
    }
    buffer = io.BytesIO()
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(buffer, compression="zstd", statistics=True)
    return buffer.getvalue()


def _subscriber(dice: Dice, number: int) -> tuple[object, ...]:
    phones = (
        f"+120255501{number:02d}",
        f"+4917139200{number:02d}",
        f"+46701740{605 + number // 2}",
        f"+61 491 570 {dice.pick(('006', '156', '157', '158', '159', '110', '313', '737'))}",
    )
    seen = datetime(2026, 9, 1, 8, tzinfo=UTC) + timedelta(minutes=dice.below(80_000))
    return (
        9_007_199_254_740_993 + number,  # above 2^53: damaged by any reader that takes it for a float
        date(2025, 1, 1) + timedelta(days=dice.below(600)),
        None if number % 15 == 14 else dice.pick(phones),  # noqa: PLR2004 - one in fifteen has none
        dice.pick(("free", "plus", "family")),
        None if number % 11 == 0 else round(dice.random() * 100, 3),
        Decimal(dice.below(50_000)) / 100,
        dice.pick((True, True, False, None)),
        [dice.pick(("news", "offers", "events")) for _ in range(dice.below(3))],
        None if number % 9 == 0 else seen,
    )


def messy() -> bytes:
    """UTF-8, commas: one trap a row, its name, and what ought to come of it with `--region US`."""
    rows = [
        [f"{number:04d}", _customer_name(number), phone, trap, expected, _note(number)]
        for number, (trap, phone, expected) in enumerate(TRAPS, 1)
    ]
    return _csv([["id", "customer", "phone", "trap", "expected", "note"], *rows], end="\r\n").encode()


def _customer_name(number: int) -> str:
    first, last = ENGLISH_FIRST.split(), ENGLISH_LAST.split()
    return f"{first[number % len(first)]} {last[number % len(last)]}"


def _note(number: int) -> str:
    """Cells beside the phone column that a reader may stumble over, and must give back as they are."""
    notes = (
        "",
        "line one\nline two",
        'says "call me", twice',
        "a, b; c",
        "=1+1",
        "+1.50",
        "000",
        " spaces ",
        "NULL",
    )
    return notes[number % len(notes)]


def _csv(rows: Iterable[Sequence[str]], *, delimiter: str = ",", end: str = "\n") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


FILES: dict[str, Callable[[], bytes]] = {
    "crm_export.csv": crm_export,
    "loja_clientes.csv": loja_clientes,
    "excel_export.txt": excel_export,
    "subscribers.parquet": subscribers,
    "messy.csv": messy,
}


def main(folder: Path) -> None:
    """Write every file into the folder."""
    for name, make in FILES.items():
        (folder / name).write_bytes(make())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent)
