"""Reading and writing lists of recipients, exactly and in batches; finding the phone column."""

from validator.tables.cells import readable
from validator.tables.delimited import DelimitedTable
from validator.tables.detect.joined_columns import calling_code_column, joined
from validator.tables.detect.phone_column import (
    FoundBy,
    PhoneColumn,
    find_area_codes,
    find_phone_column,
    phone_columns,
    require_column,
)
from validator.tables.detect.phone_words import names_whatsapp_id
from validator.tables.detect.region_column import find_region_column, region_columns
from validator.tables.detect.region_words import names_region
from validator.tables.excel import without_other_sheets
from validator.tables.files.objects import fetch, matching, store
from validator.tables.files.os_errors import reading
from validator.tables.files.replace import PUBLIC_FILE, replacing, require_room, require_writable, same_file
from validator.tables.files.stamp import stamp
from validator.tables.files.streams import is_read_once, is_stdout, is_stream
from validator.tables.files.temporary import clear_folders_away, new_private, temporary_folder
from validator.tables.formats import (
    FORMATS,
    Format,
    ending_beside,
    ending_of,
    format_of,
    least_bytes,
    open_table,
    output_ending,
    suffix_of,
    writing,
)
from validator.tables.formulas import defused, defused_rows
from validator.tables.frame import FrameTable, FrameWriter
from validator.tables.output_names import require_written_ending
from validator.tables.renewed import RenewedTable, as_written
from validator.tables.sampled import SampledTable
from validator.tables.several import SeveralTables, together, writing_as_one, writing_parts
from validator.tables.table import BATCH_ROWS, Hidden, Ragged, ReadOptions, Table, Writer

__all__ = [
    "BATCH_ROWS",
    "FORMATS",
    "PUBLIC_FILE",
    "DelimitedTable",
    "Format",
    "FoundBy",
    "FrameTable",
    "FrameWriter",
    "Hidden",
    "PhoneColumn",
    "Ragged",
    "ReadOptions",
    "RenewedTable",
    "SampledTable",
    "SeveralTables",
    "Table",
    "Writer",
    "as_written",
    "calling_code_column",
    "clear_folders_away",
    "defused",
    "defused_rows",
    "ending_beside",
    "ending_of",
    "fetch",
    "find_area_codes",
    "find_phone_column",
    "find_region_column",
    "format_of",
    "is_read_once",
    "is_stdout",
    "is_stream",
    "joined",
    "least_bytes",
    "matching",
    "names_region",
    "names_whatsapp_id",
    "new_private",
    "open_table",
    "output_ending",
    "phone_columns",
    "readable",
    "reading",
    "region_columns",
    "replacing",
    "require_column",
    "require_room",
    "require_writable",
    "require_written_ending",
    "same_file",
    "stamp",
    "store",
    "suffix_of",
    "temporary_folder",
    "together",
    "without_other_sheets",
    "writing",
    "writing_as_one",
    "writing_parts",
]
