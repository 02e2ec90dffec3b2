"""The options for reading a list and for the files to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from validator.cli.options import completing
from validator.cli.options.shared_options import stack
from validator.cli.options.values import COLUMN, FOLDER, FORMATS, JOIN, OUTPUT, OWN, SOURCE
from validator.reports.registry import REPORTS

if TYPE_CHECKING:
    from pathlib import Path


def _one_sheet(_context: click.Context, _option: click.Parameter, sheets: tuple[str, ...]) -> str | None:
    """Return the sheet to read; several are an error, since click would silently use the last."""
    if len(set(sheets)) > 1:
        raise click.BadParameter(
            f"{', '.join(sheets)}: one run reads one sheet. Run the command once for each, and a check with "
            "an --output."
        )
    return sheets[0] if sheets else None


column_option = click.option(
    "-c",
    "--column",
    shell_complete=completing.COLUMNS,
    help="Column with the phone numbers.  [default: detected by name and content]",
)

region_option = click.option(
    "-r",
    "--region",
    shell_complete=completing.REGIONS,
    help="Region of numbers without a country code: GB, +44 or Brazil.",
)

format_option = click.option(
    "--format",
    type=click.Choice(FORMATS),
    metavar="FORMAT",
    help=f"Format of the file: {', '.join(FORMATS)}.  [default: by its name]",
)

accept_option = click.option(
    "--accept",
    type=click.Choice(["valid", "possible"]),
    default="valid",
    show_default=True,
    help="Ask about valid numbers only, or about any of a possible length (new number ranges).",
)

numbers_option = click.option(
    "--numbers",
    type=click.Choice(["auto", "national", "international"]),
    default="auto",
    show_default=True,
    help="Form of numbers without a plus sign: detected from the whole column, or given for all of it.",
)

variants_option = click.option(
    "--variants",
    is_flag=True,
    help='After a "no", ask about the other spelling that WhatsApp may use for the number (BR, MX, AR).',
)

ragged_option = click.option(
    "--ragged",
    type=click.Choice(["error", "keep"]),
    default="error",
    show_default=True,
    help="Rows of a CSV file with fewer or more cells than its header: refuse the file, or keep them.",
)

header_row_option = click.option(
    "--header-row",
    type=click.IntRange(min=0),
    metavar="N",
    help="Row with the names of the columns, counted from 1; 0 if no row has them.  [default: detected]",
)

encoding_option = click.option(
    "--encoding", metavar="NAME", help="Encoding of a text file: cp1251, gb18030.  [default: detected]"
)

sheet_option = click.option(
    "--sheet",
    multiple=True,
    shell_complete=completing.SHEETS,
    callback=_one_sheet,
    help="Sheet of a workbook.  [default: the first that is not hidden]",
)

input_options = stack(
    click.option(
        "-c",
        "--column",
        type=COLUMN,
        multiple=True,
        shell_complete=completing.COLUMNS,
        callback=lambda _context, _option, columns: tuple(dict.fromkeys(columns)),
        help="Column with the phone numbers; repeat it for several: a row's first number counts.  "
        "[default: detected by name and content]",
    ),
    click.option(
        "-r",
        "--region",
        shell_complete=completing.REGIONS,
        help="Region of numbers without a country code: GB, +44 or Brazil; auto finds the column of regions.",
    ),
    click.option(
        "--region-column",
        shell_complete=completing.COLUMNS,
        help="Column with each row's region; --region is used if its cell is empty.",
    ),
    accept_option,
    numbers_option,
    variants_option,
    click.option(
        "--landlines",
        type=click.Choice(["keep", "skip"]),
        default="keep",
        show_default=True,
        help="Whether to ask about fixed lines.",
    ),
    click.option(
        "--several",
        type=click.Choice(["refuse", "first", "each"]),
        default="refuse",
        show_default=True,
        help="Cells with several numbers: refuse them, use the first number, or ask about each; then the row "
        "is registered if one number is.",
    ),
    ragged_option,
    click.option(
        "--join",
        type=JOIN,
        shell_complete=completing.COLUMNS_JOINED,
        default=(),
        help="Columns that form one number, in order: area code and number, or calling code and number.",
    ),
    header_row_option,
    encoding_option,
    click.option(
        "--hidden",
        type=click.Choice(["keep", "skip"]),
        default="keep",
        show_default=True,
        help="Rows that a filter in a workbook hides: read them, or leave them out.",
    ),
    sheet_option,
    click.option(
        "--suppress",
        type=SOURCE,
        multiple=True,
        help="List of people whom you must not ask about or send to; repeat it for several.",
    ),
    click.option(
        "--suppress-column",
        type=COLUMN,
        multiple=True,
        shell_complete=completing.COLUMNS_OF_SUPPRESSED,
        help="Column with the phone numbers of these lists; repeat it for several, and all count.  "
        "[default: detected by name and content]",
    ),
    click.option(
        "--suppress-unreadable",
        type=click.Choice(["error", "allow"]),
        default="error",
        show_default=True,
        help="If a row in these lists cannot be read, or a list is empty or incomplete: stop, or continue "
        "without its protection.",
    ),
)

report_options = stack(
    *(click.option(f"--{name}", type=OUTPUT, help=report.help) for name, report in REPORTS.items())
)

output_options = stack(
    click.option(
        "-o", "--output", help="Annotated file; - for standard output.  [default: NAME.checked.EXT]"
    ),
    click.option(
        "--output-dir",
        type=FOLDER,
        metavar="DIR|URL",
        help="Folder for the annotated files of several inputs; with --cluster also a URL.  "
        "[default: the folder of each]",
    ),
    click.option("--sendable", type=OUTPUT, help="File for the registered recipients, each number once."),
    click.option(
        "--split",
        type=OWN,
        metavar="DIR",
        help="Folder for separate files with the rows that are not_registered, invalid (with a hint on how "
        "to correct them) and unknown.",
    ),
    report_options,
    click.option(
        "--format",
        type=click.Choice(FORMATS),
        metavar="FORMAT",  # with the names here, each new format would shift every help text
        help=f"Format of the output: {', '.join(FORMATS)}.  [default: the input's]",
    ),
    click.option(
        "--excel-safe",
        is_flag=True,
        help="Make formulas in a CSV output harmless, for a file that is opened in a spreadsheet.",
    ),
    click.option("--prefix", default="", help="Prefix for the names of the added columns."),
    click.option("--line-type", is_flag=True, help="Add a column with the kind of line: mobile, fixed, ..."),
    click.option(
        "--strength", is_flag=True, help="Add a column that shows how far each answer can be trusted."
    ),
)


def take_reports(given: dict[str, Any]) -> dict[str, Path]:
    """Remove the options of the reports from a command's options, and return the requested files."""
    asked_for = {name: given.pop(name) for name in REPORTS}
    return {name: path for name, path in asked_for.items() if path is not None}
