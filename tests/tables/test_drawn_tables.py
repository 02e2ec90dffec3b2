"""Tables that are drawn for readers are called what they are; lists that only look alike are read."""

import pytest

from validator.errors import FileError
from validator.tables import open_table

DRAWN = """
+------+---------------+
| name | mobile        |
+------+---------------+
| Ada  | +12025550101  |
+------+---------------+
1 row in set (0.00 sec)
===
mysql> select mobile from leads;
+--------------+
| mobile       |
+--------------+
| +12025550101 |
+--------------+
===
 name |    mobile
------+--------------
 Ada  | +12025550101
 Ben  | +12025550102
(2 rows)
===
┌──────┬──────────────┐
│ name │    mobile    │
├──────┼──────────────┤
│ Ada  │ +12025550101 │
└──────┴──────────────┘
"""
UNDERLINED = """
        ID NAME       MOBILE
---------- ---------- --------------------
         1 Ada        +12025550101
         2 Ben        +12025550102

2 rows selected.
===
id mobile
-- ------------
 1 +12025550101

(1 rows affected)
"""
FIXED = """
NO   CLIENT         MOBILE
1    Ada Stone      +12025550101
2    Ben            +12025550102
===
CLIENT      PHONE         TOWN
Ada Stone   202-555-0101  Rome
Ben, jun.                 Oslo
Cy          202-555-0103
"""
LISTS = [
    "| id | phone |\n|----|-------|\n| 1 | +12025550101 |\n| 2 | +12025550102 |\n",
    "id | phone\n---|---\n1 | +12025550101\n2 | +12025550102\n",
    "phone\n+12025550101\n+12025550102\n+12025550103\n",
    "PHONE\n--------------------\n+12025550101\n+12025550102\n",
    "Phone  number\n+49171 3920000\n+49172 3920001\n+49173 3920002\n",
    "Phone (with  code)\n0171  3920000\n0172  3920001\n",
    "0171  3920000\n0172  3920001\n0173  3920002\n",
    "name      ;phone\nAda       ;+12025550101\nBen       ;+12025550102\n",
    "name      ,phone         \nAda       ,+12025550101  \nBen       ,+12025550102  \n",
    "name\tphone\n-----\t-----\nAda\t+12025550101\n",
    "note,phone\n+--+--+,+12025550101\n-- --,+12025550102\n",
    "Clients  of May\n---------------\nname,phone\nAda,+12025550101\nBen,+12025550102\n",
]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (DRAWN, r"is a table drawn with lines, .* export it as CSV \(psql --csv; mysql --batch"),
        (UNDERLINED, r"in columns of fixed width, as SQL\*Plus .* SET MARKUP CSV ON"),
        (FIXED, r"in columns of fixed width; open it in Excel or LibreOffice .* save it as CSV"),
    ],
)
def test_a_drawn_table_is_named_with_the_remedy(listed, texts, words, ends):
    for text in texts.removeprefix("\n").split("===\n"):
        with pytest.raises(FileError, match=words) as refused:
            open_table(listed(text.replace("\n", ends), "leads.txt"))
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", LISTS)
def test_a_list_that_looks_like_one_is_read(listed, text):
    table = open_table(listed(text, "leads.txt"))
    rows = sum(batch.height for batch in table.batches())
    assert rows >= text.count("\n") - 3
