"""What is brought to the page: how it is read, how that is changed, and what is no list."""

import html
import io
import re
from decimal import Decimal

import pytest
import xlsxwriter

from tests.support.web.opened import alert
from validator.errors import UsageError
from validator.web.lists import LastRun, RunState, plain_name
from validator.web.reading import page_text

pytestmark = pytest.mark.anyio

TWO = b"name,mobile,office\nAnn,+447400123456,+442079460958\nBob,+447400123457,+442079460959\n"
NATIONAL = b"name,phone\n" + b"Ann,07400 123456\n" * 5


async def reading(opened, address, **chosen):
    """The part of a list's page that shows how it is read, after a choice if one is made."""
    if not chosen:
        return html.unescape((await opened.browser.get(f"{address}/reading")).text)
    headers = {"HX-Request": "true"}
    part = await opened.browser.post(f"{address}/reading", data=chosen, headers=headers)
    return html.unescape(part.text)


def rows(part):
    """The first rows as they are shown: cell, and number or reason."""
    found = re.findall(r"<bdi>([^<]*)</bdi></td><td>(.*?)</td>", part)
    return [(cell, re.sub(r"<.*?>", "", read).strip()) for cell, read in found]


async def test_a_list_is_shown_as_it_is_read_before_anything_is_asked(page):
    async with page() as opened:
        part = await reading(opened, await opened.bring())
    assert "phone, found by name" in part
    assert rows(part) == [
        ("+447400123456", "+447400123456"),
        ("+447400123457", "+447400123457"),
        ("nonsense", "the cell holds something else than a number"),
    ]
    assert "2 calls to make for 3 rows." in part
    assert "There is no API key yet" in part


async def test_the_column_is_chosen_and_the_region_named(page):
    async with page() as opened:
        address = await opened.bring(TWO)
        assert rows(await reading(opened, address, column="office"))[0] == ("+442079460958", "+442079460958")
        address = await opened.bring(NATIONAL)
        assert "name Region GB" in await reading(opened, address)
        assert rows(await reading(opened, address, region="United Kingdom"))[0] == (
            "07400 123456",
            "+447400123456",
        )


async def test_a_column_that_two_could_be_is_asked_for(page):
    async with page() as opened:
        address = await opened.bring(b"phone,phone 2\n+447400123456,+447400123457\n")
        part = await reading(opened, address)
        assert "look like phone columns. Choose one with Phone column" in part
        assert '<option value="phone 2">' in part
        assert rows(await reading(opened, address, column="phone 2"))[0][0] == "+447400123457"


async def test_cells_that_can_be_meant_in_two_ways_are_counted_with_examples(page):
    content = b"phone\n(51) 95555-0101\n51955550102\n"
    async with page() as opened:
        part = await reading(opened, await opened.bring(content), region="BR")
    assert rows(part)[0] == ("(51) 95555-0101", "+5551955550101")
    assert "two numbers can be meant; say with Numbers without a plus" in rows(part)[1][1]
    assert "1 row: can be meant in two ways, and the column does not decide it; not read" in part
    assert "(row 2)" in part


async def test_a_plan_says_when_it_ends_at_the_rate_that_is_chosen(page):
    async with page() as opened:
        address = await opened.bring()
        stored = opened.parts.lists.all()[0]
        opened.parts.lists.choose(stored, type(stored.choices)(rate="60"))
        part = await reading(opened, address)
    assert "at 60 a minute" in part


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"region": "Atlantis"}, "is not known"),
        ({"column": "gone"}, "column 'gone' not found"),
        ({"sheet": "gone"}, "sheet"),
    ],
)
async def test_a_choice_that_is_none_is_one_notice_and_can_be_changed(page, choice, words):
    async with page() as opened:
        address = await opened.bring(workbook(), "leads.xlsx")
        part = await reading(opened, address, **choice)
        assert words in part
        assert part.count('role="alert"') == 1
        assert rows(await reading(opened, address, region="", column="", sheet=""))


def workbook():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name in ("May", "June"):
            book.add_worksheet(name).write_column(0, 0, ["phone", f"+44740012345{len(name)}"])
    return out.getvalue()


async def test_the_sheet_of_a_workbook_is_chosen(page):
    async with page() as opened:
        address = await opened.bring(workbook(), "leads.xlsx")
        part = await reading(opened, address)
        assert "The workbook has 2 sheets" in part
        assert rows(part) == [("+447400123453", "+447400123453")]
        assert rows(await reading(opened, address, sheet="June")) == [("+447400123454", "+447400123454")]


async def test_a_list_that_is_read_in_another_way_has_no_results_any_more(page):
    async with page() as opened:
        address = await opened.bring(TWO)
        stored = opened.parts.lists.all()[0].with_run("check", LastRun(state=RunState.DONE))
        opened.parts.lists.save(stored)
        written = opened.parts.lists.targets(stored).output
        written.write_text("")
        same = {"column": "", "region": "", "numbers": "auto", "sheet": ""}
        headers = {"HX-Request": "true"}
        kept = await opened.browser.post(f"{address}/reading", data=same, headers=headers)
        assert (written.exists(), "hx-refresh" in kept.headers) == (True, False)
        other = await opened.browser.post(
            f"{address}/reading", data=same | {"column": "office"}, headers=headers
        )
        assert other.headers["hx-refresh"] == "true"
        assert not written.exists()
        assert opened.parts.lists.all()[0].check is None


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("letter.docx", b"PK\x03\x04", "letter.docx"),
        ("photo.jpg", b"\xff\xd8\xff", "photo.jpg"),
        ("leads.xlsx", b"PK\x03\x04no workbook", "leads.xlsx"),
        ("leads.csv", b"", "leads.csv"),
        ("", b"phone\n", "no file was chosen"),
        ("...", b"phone\n", "rename it"),
    ],
)
async def test_what_is_no_list_is_one_notice_and_leaves_nothing(page, tmp_path, name, content, words):
    async with page() as opened:
        refused = await opened.browser.post("/lists", files={"file": (name, content)})
        assert (refused.status_code, words in alert(refused)) == (422, True)
        assert refused.text.count('role="alert"') == 2, "the notice, and one that is hidden"
        assert not opened.parts.lists.all()
    assert not list((tmp_path / "web" / "lists").iterdir())
    assert not list((tmp_path / "web").glob("incoming-*"))


async def test_a_form_that_breaks_off_leaves_nothing(page, tmp_path):
    async with page() as opened:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="leads.csv"\r\n\r\nphone\n'
        for content in (part, b"", b"--y"):
            refused = await opened.browser.post("/lists", content=content, headers=headers)
            assert refused.status_code == 422
    assert not list((tmp_path / "web" / "lists").iterdir())


async def test_a_suppression_list_that_is_no_list_is_refused(page):
    async with page() as opened:
        refused = await opened.browser.post("/suppress", files={"file": ("stop.jpg", b"\xff\xd8")})
        assert refused.status_code == 422
        assert not opened.parts.opt_outs.paths()


async def test_a_removed_list_is_gone_and_its_address_says_so(page, tmp_path):
    async with page() as opened:
        address = await opened.bring()
        assert (await opened.browser.post(f"{address}/remove")).headers["location"] == "/"
        gone = await opened.browser.get(address)
        assert (gone.status_code, "may have been removed" in alert(gone)) == (404, True)
    assert not list((tmp_path / "web" / "lists").iterdir())


async def test_a_run_without_key_session_or_rate_does_not_begin(page):
    async with page() as opened:
        address = await opened.bring()
        assert "enter it under Key" in alert(await opened.browser.post(f"{address}/check"))
        await opened.browser.post("/key", data={"key": "sk_test_0123456789abcdefghijklmn"})
        assert "Session" in alert(await opened.browser.post(f"{address}/check"))
        chosen = {"session": "sess_1", "rate": "fast"}
        assert "rate 'fast'" in alert(await opened.browser.post(f"{address}/check", data=chosen))
        chosen = {"rate": "auto", "limit": "-1"}
        assert "Numbers at most" in alert(await opened.browser.post(f"{address}/check", data=chosen))
        assert opened.parts.lists.all()[0].check is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("leads.csv", "leads.csv"),
        ("../../leads.csv", "leads.csv"),
        ("C:\\lists\\leads.csv", "leads.csv"),
        (".leads.csv", "leads.csv"),
        ("le\x00a\u202eds.csv", "leads.csv"),
        ("Kunden März.xlsx", "Kunden März.xlsx"),
    ],
)
def test_a_name_is_kept_as_far_as_it_is_one(given, kept):
    assert plain_name(given) == kept


def test_a_long_name_keeps_its_end():
    assert plain_name("x" * 500 + ".csv").endswith("x.csv")
    with pytest.raises(UsageError, match="rename it"):
        plain_name("///")


def test_messages_name_the_fields_of_the_page_and_not_its_folders():
    path = "/home/ann/.local/state/v/web/lists/0123456789abcdef/out/a.csv"
    assert page_text(f"{path} is full") == "a.csv is full"
    assert (
        page_text("Choose one with --column. Or --retries 3")
        == "Choose one with Phone column. Or --retries 3"
    )


async def test_a_price_shows_what_a_check_would_cost(page):
    async with page(price=Decimal("0.002")) as opened:
        part = await reading(opened, await opened.bring())

    assert "0.004 at 0.002 a check" in part


async def test_cells_with_several_numbers_are_read_as_chosen(page):
    async with page() as opened:
        address = await opened.bring(b"phone\n+447400123456 ::: +447400123457\n+447400123458\n")
        refused, each = await reading(opened, address), await reading(opened, address, several="each")

    assert "several numbers in the cell" in refused
    assert "3 distinct" in each
