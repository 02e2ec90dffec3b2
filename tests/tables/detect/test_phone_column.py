"""The phone column, by name in many languages and by content."""

import re

import polars as pl
import pytest

from validator.errors import FileError
from validator.tables import find_phone_column, open_table, phone_columns
from validator.tables.detect.phone_words import names_phone

HEADERS = (
    "phone|Phone Number|phoneNumber|PHONE_NO|mobile|Mobile Phone|cell|Tel.|tel_1|telephone|customer phone|"
    "WhatsApp|whatsApp number|msisdn|E164|TEL|phone2|Phone 1|To|contact|contactNo|"
    "teléfono|TELEFONO|Número de teléfono|numero|telefone|celular|fone|móvil|Numéro|portable|"
    "N° de téléphone|Téléphone|Telefonnummer|Handy|Handy-Nr.|Rufnummer|mobiel|telefoon|cellulare|"
    "номер|Телефон|Мобильный телефон|电话|手机|手机号码|電話番号|携帯|携帯電話|"
    "전화|전화번호|هاتف|رقم الهاتف|جوال|"
    "फ़ोन|फोन|telefon|Telefon komórkowy|nomor|Nomor HP|No. HP|hp|"
    # each language's plain words, as its lists have them
    "Mobile Number|Contact Number|Mobiltelefon|Telefonnr.|Mobilnummer|Numéro de téléphone|Tél. portable|"
    "Tél mobile|Número de celular|Teléfono móvil|Nº de teléfono|Telefone celular|Celular (WhatsApp)|"
    "Contato|Numero di telefono|Cellulare|Tel. cell.|Telefoonnummer|Mobiel nummer|GSM-nummer|"
    "Numer telefonu|Nr telefonu|Tel. kom.|Telefon Numarası|Cep Telefonu|Cep Tel|"  # noqa: RUF001
    "Номер телефона|Сотовый|Номер телефону|Мобільний|رقم الجوال|رقم الموبايل|رقم التليفون|الجوال|"
    "מספר טלפון|טלפון נייד|נייד|פלאפון|फ़ोन नंबर|मोबाइल नंबर|मोबाइल|Nomor Telepon|No. Telp|No HP/WA|"
    "Nomor WhatsApp|Số điện thoại|SĐT|Điện thoại di động|Số ĐT|เบอร์โทร|เบอร์โทรศัพท์|โทรศัพท์มือถือ|เบอร์มือถือ|"
    "手机号|手机号码|电话号码|联系电话|"
    "手機號碼|聯絡電話|電話番号|携帯番号|携帯電話番号|휴대폰|휴대폰 번호|핸드폰|연락처|전화번호"
)
NUMBERS = [f"+4477009000{n:02d}" for n in range(20)]


@pytest.fixture
def found(tmp_path, share_of_plus):
    def find(columns, *, named=None, region=None):
        pl.DataFrame(columns).write_parquet(tmp_path / "leads.parquet")
        table = open_table(tmp_path / "leads.parquet")
        return find_phone_column(table, named=named, region=region, share=share_of_plus).name

    return find


@pytest.mark.parametrize("header", HEADERS.split("|"))
def test_a_header_says_phone_in_the_languages_of_lists(header):
    assert names_phone(header)


@pytest.mark.parametrize(
    "header",
    [
        "headphones", "phone_model", "Phone Type", "phone country code", "mobile_carrier", "hotel",
        "telegram", "order number", "numero de pedido", "country", "dial code", "name",
        "email", "id", "", "notes", "cancelled", "phone_verified", "phone_hash", "transport",
    ],
)  # fmt: skip
def test_a_word_within_a_word_or_about_phones_is_not_phone(header):
    assert not names_phone(header)


def test_the_column_asked_for_is_taken(found):
    assert found({"id": ["1"], "x": ["nothing"]}, named="x") == "x"


def test_a_column_that_is_not_there_lists_those_that_are(found):
    with pytest.raises(FileError, match=r"column 'x' not found in .*; columns are: id, name(?!.*Did you)"):
        found({"id": ["1"], "name": ["Ann"]}, named="x")


@pytest.mark.parametrize("named", ["mobil", "MOBILE", "Mobile no"])
def test_a_column_that_is_nearly_there_is_proposed(found, named):
    with pytest.raises(FileError, match=r"Choose one with --column\. Did you mean 'mobile'\?"):
        found({"id": ["1"], "mobile": ["2"]}, named=named)


def test_name_and_content_together_decide(found):
    assert found({"phone": ["n/a"] * 20, "mobile": NUMBERS, "order_id": ["1"] * 20}) == "mobile"


def test_content_alone_decides_where_no_name_does(found):
    assert found({"id": ["447700900001"] * 20, "kontakt zu": NUMBERS}) == "kontakt zu"


def test_a_few_bad_cells_do_not_matter(found):
    assert found({"a": ["x"] * 20, "b": [*NUMBERS[:17], "n/a", "", None]}) == "b"


def test_national_numbers_are_known_by_name_without_a_region(found):
    columns = {"phone": ["07700 900001"] * 20, "ref": ["+447700900001"] * 20}
    assert found(columns) == "phone"


def test_the_region_tells_national_numbers(found):
    assert found({"a": ["x"] * 20, "b": ["07700 900001"] * 20}, region="GB") == "b"


def test_a_name_alone_decides_where_nothing_else_speaks(found):
    assert found({"id": ["1"], "phone": ["ask Ann"]}) == "phone"
    assert found({"id": [None], "phone": [None]}) == "phone"


def test_numbers_kept_as_integers_are_numbers(found):
    assert found({"id": [1] * 20, "phone": [447700900001] * 20}) == "phone"


def test_dates_and_lists_are_no_numbers(found):
    assert found({"seen": [[1]] * 20, "b": NUMBERS}) == "b"


def test_a_column_of_regions_tells_national_numbers(tmp_path):
    columns = {
        "a": ["x"] * 4,
        "b": ["07400 123456", "0151 23456789", "", "06 12 34 56 78"],
        "land": ["UK", "Germany", None, "France"],
    }
    pl.DataFrame(columns).write_parquet(tmp_path / "leads.parquet")
    table = open_table(tmp_path / "leads.parquet")
    assert find_phone_column(table, named=None, region=None, region_column="land").name == "b"
    with pytest.raises(FileError, match="no phone column"):
        find_phone_column(table, named=None, region=None)


def test_several_columns_can_be_had_together(tmp_path, share_of_plus):
    columns = {"phone": NUMBERS, "x": NUMBERS, "n": ["7"] * 20, "mobile": NUMBERS, "contact": ["Ann"] * 20}
    pl.DataFrame(columns).write_parquet(tmp_path / "leads.parquet")
    table = open_table(tmp_path / "leads.parquet")
    assert phone_columns(table, region=None, share=share_of_plus) == ["phone", "x", "mobile"]


@pytest.mark.parametrize(
    ("region", "header", "row"),
    [
        ("MY", "Tel,Reach", "03-7956 123{},012-345 678{}"),
        ("PH", "Tel. No.,CP No.", "(02) 8123 456{},0917 123 456{}"),
        ("DE", "Telefon,Funk", "030 1234567{},0171 555010{}"),
        ("IN", "Ph (R),(M)", "022-2345678{},987654321{}"),
        ("GB", "Office phone,x", "020 7946 000{},+44 7400 12345{}"),
    ],
)
def test_mobile_numbers_are_not_left_unread_beside_landlines(listed, region, header, row):
    def found(header):
        path = listed("\n".join([header, *(row.replace("{}", str(n)) for n in range(3)), ""]))
        return find_phone_column(open_table(path), named=None, region=region).name

    named, unknown = header.split(",")
    with pytest.raises(FileError, match=rf"'{re.escape(named)}' .* and '{re.escape(unknown)}' .* look like"):
        found(header)
    # Mobile numbers under the known header are what is meant.
    assert found(f"{unknown},{named}") == named


def test_the_line_of_another_person_is_not_read_in_place_of_an_unknown_one(listed):
    rows = "".join(f"Ann,202-555-010{n},202-555-011{n}\n" for n in range(3))
    for header in ("Name,Agent mobile,Customer contact", "Name,Customer contact,Agent mobile"):
        with pytest.raises(FileError, match=r"'Agent mobile' .* and 'Customer contact' .* look like phone"):
            find_phone_column(open_table(listed(f"{header}\n{rows}")), named=None, region="US")
    path = listed(f"Name,Business phone,Business fax\n{rows}")
    assert find_phone_column(open_table(path), named=None, region="US").name == "Business phone"


@pytest.mark.parametrize("nothing", ["", "-", "n/a", "0", "none"])
def test_words_in_place_of_a_mobile_number_mean_that_there_is_none(found, nothing):
    columns = {"phone": NUMBERS, "mobile": [*NUMBERS[:6], *[nothing] * 14]}
    with pytest.raises(FileError, match=r"'phone' .* and 'mobile' .* look like phone columns"):
        found(columns)
    assert found({**columns, "mobile": [*NUMBERS[:12], *[nothing] * 8]}) == "mobile"


def test_a_column_of_names_with_one_number_is_no_phone_column(found):
    assert found({"phone": NUMBERS, "contact": [*["Ann"] * 19, NUMBERS[0]]}) == "phone"


def test_two_columns_that_qualify_are_both_named_with_what_is_in_them(found):
    with pytest.raises(
        FileError,
        match=r"'phone' \(such as \+447\*{8}0; 100% numbers\) and 'phone 2' \(.*\) of .* look like phone "
        r"columns. Choose one with --column",
    ):
        found({"phone": NUMBERS, "name": ["x"] * 20, "phone 2": NUMBERS})


def test_a_list_without_phones_lists_its_columns(found):
    with pytest.raises(FileError, match=r"no phone column found in .*; columns are: id, name"):
        found({"id": ["1"], "name": ["Ann"]})


def test_names_that_stand_twice_are_both_looked_at(listed, share_of_plus):
    table = open_table(listed("phone,phone\n,+447700900001\n,+447700900002\n"))
    assert find_phone_column(table, named=None, region=None, share=share_of_plus).name == "phone (2)"


def test_numbers_are_read_as_the_rest_of_the_program_reads_them(listed):
    table = open_table(listed("a;b\nx;07400 123456\ny;07400 123457\n"))
    assert find_phone_column(table, named=None, region="GB").name == "b"


@pytest.mark.parametrize(
    ("rows", "region", "remedy"),
    [
        ("09812345678\n07012345678\n", None, "--region IN"),
        ("Ada,0151 23456789\nBen,0171 2345678\n", "US", "--region DE"),
    ],
)
def test_a_list_without_a_header_and_without_codes_is_told_to_name_the_region(listed, rows, region, remedy):
    table = open_table(listed(rows))
    for find in (
        lambda: find_phone_column(table, named=None, region=region),
        lambda: phone_columns(table, region=region),
    ):
        with pytest.raises(
            FileError, match=rf"If '.*' \(such as 0.*\) holds national numbers, name {remedy}\. "
        ):
            find()


def test_no_region_is_named_that_would_not_make_a_column_of_phones(listed):
    table = open_table(listed("Ann - 07400 123456\nBob - 07400 123457\n"))
    with pytest.raises(FileError, match=r"columns are: column_1\. Choose one with --column"):
        find_phone_column(table, named=None, region="GB")


def test_two_tables_side_by_side_are_called_so(listed, caplog):
    alike = open_table(listed("who,cell,,who,cell\nA,+447700900001,,B,+447700900002\n"))
    with pytest.raises(FileError, match=r"two tables side by side, save each as a list of its own"):
        find_phone_column(alike, named=None, region=None)
    close = open_table(listed("who,cell,who,cell\nA,+447700900001,B,+447700900002\n"))
    with pytest.raises(FileError, match=r"two tables side by side, save each as a list of its own"):
        find_phone_column(close, named=None, region=None)
    unlike = open_table(listed("who,WhatsApp,,shop,tel\nA,+447700900001,,B,+447700900002\n"))
    assert find_phone_column(unlike, named=None, region=None).name == "WhatsApp"
    assert "'WhatsApp' is read, and 'tel' of" in caplog.text
    caplog.clear()
    one = open_table(
        listed("who,WhatsApp,,city,tel\nA,+447700900001,,B,\nB,+447700900003,x,B,+447700900002\n")
    )
    assert find_phone_column(one, named=None, region=None).name == "WhatsApp"
    assert not caplog.text
