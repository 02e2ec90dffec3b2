"""Lists as they should not be, made by code, each with its trap for a name."""

import gzip
import io
import json
import sys
import zipfile
from dataclasses import dataclass, field

import openpyxl
import polars as pl

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ANN, BOB = "+447400123456", "+447400123457"
ROWS = f"Ann,{ANN}\nBob,{BOB}\n"
LIST = f"name,phone\n{ROWS}"
BOTH: list[str | None] = [ANN, BOB]


@dataclass(frozen=True)
class Good:
    """A file that comes back right.

    Attributes:
        trap: what is odd about it.
        content: its bytes, or its text to be written as UTF-8.
        e164: what the output says of each row; None for no number.
        name: of the file.
        options: of the command.
        text: the records, decoded, that the output's have to begin with; `content` itself where that is text.
    """

    trap: str
    content: str | bytes
    e164: list[str | None] = field(default_factory=lambda: BOTH)
    name: str = "leads.csv"
    options: tuple[str, ...] = ()
    text: str | None = None


@dataclass(frozen=True)
class Bad:
    """A file that cannot be read: what the one line about it says, as a pattern, and the exit code."""

    trap: str
    content: str | bytes
    says: str
    name: str = "leads.csv"
    options: tuple[str, ...] = ()
    code: int = 3


def coded(codec: str, bom: bytes = b"", end: str = "\r\n") -> Good:
    text = f"name,phone{end}Zoë,{ANN}{end}Bob,{BOB}{end}"
    return Good(f"{codec}{'-with-mark' if bom else ''}", bom + text.encode(codec), text=text)


def columnar(write: str, **columns: pl.Series) -> bytes:
    file = io.BytesIO()
    getattr(pl.DataFrame(columns), f"write_{write}")(file)
    return file.getvalue()


def workbook(*sheets: tuple[str, list[list[object]]], hidden: str = "") -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.sheet_state = "hidden" if title == hidden else "visible"
        for row in rows:
            sheet.append(row)
    book.save(file)
    return file.getvalue()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("leads.csv", LIST)
    return file.getvalue()


PARQUET = columnar("parquet", name=pl.Series(["Ann", "Bob"]), phone=pl.Series(BOTH))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
ARROW = columnar("ipc", name=pl.Series(["Ann", "Bob"]), phone=pl.Series(BOTH))
OBJECTS = "".join(json.dumps({"name": "x", "phone": number}) + "\n" for number in BOTH)
NUMBERS = [int(ANN), int(BOB)]
DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
WIDE = ",".join(f"c{n}" for n in range(2_000))

GOOD = [
    coded("utf-8", b"\xef\xbb\xbf"),
    coded("utf-16-le", b"\xff\xfe"),
    coded("utf-16-be", b"\xfe\xff"),
    coded("utf-16-le"),
    coded("utf-16-be"),
    coded("utf-32-le", b"\xff\xfe\0\0"),
    coded("cp1252"),
    Good("bytes-that-windows-1252-lacks", LIST.encode() + b"\x81,\n", [*BOTH, None], text=LIST + "\x81,\n"),
    Good("windows-line-ends", LIST.replace("\n", "\r\n")),
    Good("old-mac-line-ends", LIST.replace("\n", "\r")),
    Good("line-ends-translated-twice", LIST.replace("\n", "\r\r\n"), text=LIST),
    Good("the-end-of-file-of-dos", LIST + "\x1a", text=LIST),
    Good("no-last-line-end", LIST.rstrip()),
    Good("blank-lines-everywhere", "\n\n" + LIST.replace("\n", "\n\n"), text=LIST),
    Good("line-ends-in-quotes", f'note,phone\n"a\r\nb\n\nc",{ANN}\n"\n",{BOB}\n'),
    Good("delimiters-in-quotes", f'note,phone\n"a,b;c\td|e",{ANN}\n",",{BOB}\n'),
    Good("quotes-in-quotes", f'note,phone\n"a ""b""",{ANN}\n"""",{BOB}\n'),
    Good("quotes-where-none-are-needed", f'"name","phone"\n"Ann","{ANN}"\nBob,"{BOB}"\n'),
    Good("quotes-inside-plain-cells", f'size,phone\n5" pipe,{ANN}\n6" x 7",{BOB}\n'),
    Good("empty-cells-with-and-without-quotes", f'a,phone,b\n"",{ANN},\n,{BOB},""\n'),
    Good("semicolons", LIST.replace(",", ";")),
    Good("tabs", LIST.replace(",", "\t")),
    Good("pipes", LIST.replace(",", "|")),
    Good("decimal-commas-between-semicolons", f"price;phone\n1,5;{ANN}\n2,5;{BOB}\n"),
    Good("excels-own-hint", "sep=;\r\n" + LIST.replace(",", ";").replace("\n", "\r\n")),
    Good("apostrophes-for-quotes", f"'name','phone'\n'O''Hara, A','{ANN}'\n'Bob','{BOB}'\n"),
    Good("apostrophes-before-numbers", f"name,phone\nAnn,'{ANN}\nBob,'{BOB}\n"),
    Good("no-header", ROWS),
    Good("no-header-and-one-column", f"{ANN}\n{BOB}\n"),
    Good(
        "one-column-with-blank-lines",
        f"phone\n{ANN}\n\n{BOB}\n",
        [ANN, None, BOB],
        text=f"phone\n{ANN}\n,\n{BOB}\n",
    ),
    Good("a-name-that-stands-twice", f"name,name,phone,name (2)\na,b,{ANN},c\nd,e,{BOB},f\n"),
    Good("names-that-are-empty", f",phone,\na,{ANN},b\nc,{BOB},d\n"),
    Good("names-that-stand-for-others", f"*,phone,^.*$\na,{ANN},b\nc,{BOB},d\n"),
    Good("a-name-over-two-lines", f'"full\nname",phone\nAnn,{ANN}\nBob,{BOB}\n'),
    Good("a-name-that-is-a-formula", f"=cmd|' /C calc'!A0,phone\n\"=1+1\",{ANN}\n-1+1,{BOB}\n"),
    Good("a-delimiter-at-the-end-of-every-line", LIST.replace("\n", ",\n")),
    Good("rows-of-nothing-but-delimiters", LIST + ",\n,\n", [*BOTH, None, None]),
    Good("two-thousand-columns", f"{WIDE},phone\n" + ",".join("x" * 2_000) + f",{ANN}\n", [ANN]),
    Good("a-cell-of-a-megabyte", f"note,phone\n{'x' * (1 << 20)},{ANN}\ny,{BOB}\n"),
    Good("separators-of-lines-that-are-none", f"name,phone\nA\u2028n\x85n\x0b\x0c,{ANN}\nBob,{BOB}\n"),
    Good(
        "no-break-spaces-and-marks-of-direction",
        f"name,phone\n\u200fAnn,\u202a{ANN}\u202c\nBob,\u00a0{BOB}\u200b\n",
    ),
    Good("digits-of-another-script", f"name,phone\nAnn,+{ANN[1:].translate(DIGITS)}\nBob,{BOB}\n"),
    Good("letters-beyond-the-basic-plane", f"name,phone\n😀,{ANN}\nBob,{BOB}\n"),
    Good("a-lost-plus-sign", LIST.replace("+", "")),
    Good("a-lost-zero", f"name,phone\nAnn,{ANN[3:]}\nBob,{BOB[3:]}\n", options=("-r", "GB")),
    Good("numbers-ruined-by-a-spreadsheet", "name,phone\nAnn,4.47701E+11\nBob,4.47701E+11\n", [None, None]),
    Good(
        "rows-shorter-than-the-header",
        f"name,phone,note\nAnn,{ANN}\nBob,{BOB},x\n",
        options=("--ragged", "keep"),
    ),
    Good(
        "rows-longer-than-the-header", f"name,phone\nAnn,{ANN},x\nBob,{BOB}\n", options=("--ragged", "keep")
    ),
    Good("a-name-that-tells-no-format", LIST, name="leads"),
    Good("a-name-that-tells-another-format", PARQUET, name="leads.dat"),
    Good("a-suffix-in-capitals", LIST, name="LEADS.CSV"),
    Good("spaces-and-quotes-in-the-name-of-the-file", LIST, name='my "new" leads\' list.csv'),
    Good("wildcards-in-the-name-of-the-file", LIST, name="[a]*?.csv"),
    Good("gzip", gzip.compress(LIST.encode()), name="leads.csv.gz", text=LIST),
    Good("gzip-that-is-not-called-so", gzip.compress(LIST.encode()), text=LIST),
    Good("gzip-that-is-none", LIST, name="leads.csv.gz"),
    Good("gzip-in-parts", gzip.compress(LIST[:20].encode()) + gzip.compress(LIST[20:].encode()), text=LIST),
    Good("zstd", zstd.compress(LIST.encode()), name="leads.csv.zst", text=LIST),
    Good(
        "json-with-keys-of-its-own-in-each-row",
        f'{{"a":[1,{{}}],"phone":"{ANN}"}}\n{{"phone":"{BOB}","b":1e400}}\n',
        name="leads.ndjson",
    ),
    Good(
        "json-with-numbers-and-texts-in-one-key",
        f'{{"phone":{NUMBERS[0]}}}\n{{"phone":"{BOB}"}}\n{{"phone":null}}\n',
        [*BOTH, None],
        name="leads.jsonl",
    ),
    Good(
        "json-with-windows-line-ends-and-spaces",
        OBJECTS.replace("\n", " \r\n\r\n"),
        name="leads.ndjson",
        text=OBJECTS,
    ),
    Good("parquet-with-whole-numbers", columnar("parquet", phone=pl.Series(NUMBERS)), name="leads.parquet"),
    Good(
        "parquet-with-categories",
        columnar("parquet", phone=pl.Series(BOTH, dtype=pl.Categorical)),
        name="leads.parquet",
    ),
    Good(
        "parquet-with-nested-and-binary-columns",
        columnar(
            "parquet",
            phone=pl.Series(BOTH),
            a=pl.Series([[1], None]),
            b=pl.Series([b"\xff", None]),
            c=pl.Series([{"x": 1}, None]),
        ),
        name="leads.parquet",
    ),
    Good("parquet-with-wildcards-in-its-name", PARQUET, name="[a]*.parquet"),
    Good("feather", ARROW, name="leads.feather"),
    Good(
        "excel-with-numbers-stored-as-floats",
        workbook(("leads", [["name", "phone"], ["Ann", float(NUMBERS[0])], ["Bob", NUMBERS[1]]])),
        name="leads.xlsx",
    ),
    Good(
        "excel-with-a-hidden-sheet-before",
        workbook(("codes", [["x"]]), ("leads", [["phone"], [ANN], [BOB]]), hidden="codes"),
        name="leads.xlsx",
    ),
    Good(
        "excel-with-empty-rows-before-and-between",
        workbook(("leads", [[None, None], ["name", "phone"], ["Ann", ANN], [None, None], ["Bob", BOB]])),
        name="leads.xlsx",
    ),
]

BAD = [
    Bad("an-empty-file", "", r"leads.csv is empty; export the list again"),
    Bad("nothing-but-line-ends", "\r\n \n", r"leads.csv is empty; export the list again"),
    Bad("nothing-but-a-byte-order-mark", b"\xff\xfe", r"leads.csv is empty; export the list again"),
    Bad("a-header-only", "name,phone\n", r"leads.csv has a header and no rows; export the list again"),
    Bad("a-nul-byte", LIST + "Cy,\0\n", r"line 4 of leads.csv has a NUL byte: .*; export it again"),
    Bad("bytes-of-no-text", bytes(range(1, 256)) * 9, r"leads.csv is a binary file, not text; export"),
    Bad(
        "a-byte-that-its-mark-rules-out",
        b"\xef\xbb\xbf" + LIST.encode() + b"\xeb,1\n",
        r"line 4 of leads.csv is not UTF-8, .*; save it again",
    ),
    Bad(
        "utf-16-cut-in-half-a-character",
        LIST.encode("utf-16") + b"x",
        r"line 4 of leads.csv is not UTF-16-LE, .*; save",
    ),
    Bad(
        "a-quote-that-is-never-closed",
        LIST + f'Cy,"{ANN}\n',
        r"line 4 of leads.csv opens a quote that is never closed; close it",
    ),
    Bad(
        "text-after-a-quote",
        LIST + f'"Cy" x,{ANN}\n',
        r"line 4 of leads.csv goes on after a closing quote; quote",
    ),
    Bad(
        "a-row-that-is-too-short",
        LIST + "Cy\n",
        r"line 4 of leads.csv has 1 cell where the header has 2; .*--ragged keep",
    ),
    Bad(
        "a-row-that-is-too-long",
        LIST + f"Cy,{ANN},x\n",
        r"line 4 of leads.csv has 3 cells where the header has 2; .*--ragged keep",
    ),
    Bad(
        "two-kinds-of-line-ends",
        LIST + f"Cy,{ANN}\rDee,{BOB}\n",
        r"line 4 of leads.csv has a line end unlike the others .*; save",
    ),
    Bad(
        "a-header-without-end",
        "x" * (2 << 20),
        r"leads.csv has no header that ends within 1,048,576 bytes; is it",
    ),
    Bad(
        "no-phone-column",
        "name,city\nAnn,York\n",
        r"no phone column found in leads.csv; columns are: name, city. Choose",
    ),
    Bad(
        "two-phone-columns",
        f"tel,phone\n{ANN},{BOB}\n{ANN},{BOB}\n",
        r"'tel' \(such as \+447\*{8}6; 100% numbers\) and 'phone' \(.*\) of leads.csv look like phone",
    ),
    Bad(
        "a-column-that-the-output-adds",
        f"verdict,phone\nx,{ANN}\n",
        r"leads.csv already has a column 'verdict', .*--prefix",
        code=2,
    ),
    Bad(
        "an-archive",
        archive(),
        r"leads.csv is a zip archive that holds .*; unpack it \(unzip leads.csv\) and give the list in it",
    ),
    Bad(
        "a-parquet-name-that-stands-for-others",
        columnar("parquet", **{"*": pl.Series(["Ann", "Bob"]), "phone": pl.Series(BOTH)}),
        r"leads.parquet has a column named '\*', which stands for others; rename it",
        name="leads.parquet",
    ),
    Bad(
        "a-feather-name-that-stands-for-others",
        columnar("ipc", **{"^n.*$": pl.Series(["Ann", "Bob"]), "phone": pl.Series(BOTH)}),
        r"leads.feather has a column named '\^n\.\*\$', which stands for others; rename it",
        name="leads.feather",
    ),
    Bad(
        "a-key-that-stands-for-others",
        OBJECTS.replace("name", "*"),
        r"leads.ndjson has a column named '\*', which stands for others; rename it",
        name="leads.ndjson",
    ),
    Bad("an-old-workbook", OLE, r"leads.csv is a damaged old Excel workbook or one with a password; save"),
    Bad(
        "a-database",
        b"SQLite format 3\0" + b"\0" * 99,
        r"leads.csv is an SQLite database; export the table as CSV",
    ),
    Bad("a-pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", r"leads.csv is a PDF; export the list as CSV"),
    Bad("bzip2", b"BZh91AY&SY" + b"\xff\x00" * 40, r"leads.csv is compressed with bzip2; unpack it first"),
    Bad(
        "gzip-cut-off",
        gzip.compress(LIST.encode())[:-9],
        r"leads.csv.gz is damaged where it is compressed .*; copy or export",
        name="leads.csv.gz",
    ),
    Bad(
        "zstd-cut-off",
        zstd.compress(LIST.encode())[:-9],
        r"leads.csv.zst is damaged where it is compressed .*; copy or export",
        name="leads.csv.zst",
    ),
    Bad(
        "gzip-in-gzip",
        gzip.compress(gzip.compress(LIST.encode())),
        r"leads.csv is compressed twice; unpack it once",
    ),
    Bad(
        "html-that-calls-itself-a-workbook",
        "<html><table><tr><td>1</td></tr></table></html>",
        r"leads.xlsx is a web page \(HTML\), .*; open it in Excel or LibreOffice",
        name="leads.xlsx",
    ),
    Bad(
        "parquet-cut-off",
        PARQUET[:-99],
        r"leads.parquet cannot be read as Parquet .*; export or copy it again",
        name="leads.parquet",
    ),
    Bad(
        "parquet-without-rows",
        columnar("parquet", phone=pl.Series([], dtype=pl.String)),
        r"leads.parquet has a header and no rows",
        name="leads.parquet",
    ),
    Bad(
        "arrow-as-a-stream",
        columnar("ipc_stream", phone=pl.Series(BOTH)),
        r"leads.arrow is an Arrow stream, .*; save it as an Arrow file",
        name="leads.arrow",
    ),
    Bad(
        "arrow-cut-off",
        ARROW[:-50],
        r"leads.arrow cannot be read as Arrow .*; export or copy it again",
        name="leads.arrow",
    ),
    Bad(
        "a-json-array-of-numbers",
        json.dumps([ANN]),
        r"line 1 of leads.ndjson is no JSON object; write one object a line",
        name="leads.ndjson",
    ),
    Bad(
        "json-over-several-lines",
        json.dumps({"phone": ANN}, indent=1),
        r"line 1 of leads.ndjson is no JSON .*; write one object a line",
        name="leads.ndjson",
    ),
    Bad(
        "json-cut-off",
        OBJECTS[:-9],
        r"line 2 of leads.ndjson is no JSON .*; write one object a line",
        name="leads.ndjson",
    ),
    Bad(
        "json-nested-too-deep",
        '{"phone":' + "[" * 100_000,
        r"line 1 of leads.ndjson is no JSON \(nested too deep\)",
        name="leads.ndjson",
    ),
    Bad(
        "json-with-not-a-number",
        '{"phone":NaN}',
        r"line 1 of leads.ndjson is no JSON \(NaN is no JSON number\)",
        name="leads.ndjson",
    ),
    Bad(
        "excel-without-a-cell",
        workbook(("leads", [])),
        r"sheet 'leads' of leads.xlsx is empty; export",
        name="leads.xlsx",
    ),
    Bad(
        "excel-with-a-password",
        OLE,
        r"leads.xlsx is a damaged old Excel workbook or one with a password; save",
        name="leads.xlsx",
    ),
    Bad(
        "excel-without-the-sheet",
        workbook(("leads", [["phone"], [ANN]])),
        r"leads.xlsx has no sheet 'People'; its sheets are: leads. Choose",
        name="leads.xlsx",
        options=("--sheet", "People"),
    ),
]
