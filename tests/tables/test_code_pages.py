"""Text in other code pages than the western one: found by its words, asked for, never garbled on."""

# ruff: noqa: RUF001 - texts in many scripts

import pytest

from validator.errors import FileError
from validator.tables import ReadOptions, find_phone_column, open_table, writing

LISTS = {
    "cp1250": "Imię;Telefon komórkowy\nMichał;500 100 200\nŁukasz;500 100 201\nGrażyna;500 100 202\n",
    "cp1251": "Имя;Телефон\nИван;8 (916) 123-45-67\nАнна;8 (916) 123-45-68\n",
    "cp1253": "Όνομα;Κινητό\nΓιώργος;6912345678\nΜαρία;6912345679\n",
    "cp1254": "Adı;Cep Telefonu\nAyşe Yılmaz;0532 123 45 67\nMehmet Şahin;0532 123 45 68\n",
    "cp1255": "שם;טלפון נייד\nדוד;050-1234567\nשרה;050-1234568\n",
    "cp1256": "الاسم;رقم الجوال\nأحمد;0501234567\nفاطمة;0501234568\n",
    "gb18030": "姓名;手机号码\n王伟;13800138000\n李娜;13900139000\n",
    "big5": "姓名;手機號碼\n王小明;0912345678\n李美麗;0912345679\n",
    "cp932": "氏名;携帯番号\n山田太郎;090-1234-5678\n鈴木花子;090-1234-5679\n",
    "cp949": "이름;휴대폰\n김철수;010-1234-5678\n이영희;010-1234-5679\n",
    "mac_roman": "Prénom;Téléphone\nAndré;06 12 34 56 78\nZoë;06 12 34 56 79\n",
}
WESTERN = [
    "Prénom;Téléphone\nAndré;06 12 34 56 78\nZoë;06 12 34 56 79\n",
    "Straße;Größe;Telefon\nKönigstraße;5 m²;1\nÖÄÜ;1 €;2\n",
    "Navn;Tlf\nSøren Kjærgård;12345678\nÅse;12345679\n",
    "Nafn;Farsími\nÞórður Jónsson;6612345\nGuðrún;6612346\n",
    "Nº;N° de tel\n1;“Fox” – Élodie’s café\n2;créée\n",
]


def copied(path, name, **options):
    table = open_table(path, options=ReadOptions(**options))
    with writing(path.with_name(name), schema=table.schema, like=table) as writer:
        for batch in table.verbatim():
            writer.write(batch)
    return path.with_name(name)


@pytest.mark.parametrize("codec", LISTS)
def test_a_code_page_is_found_by_its_words(listed, codec):
    path = listed(LISTS[codec].encode(codec))
    table = open_table(path)
    names = LISTS[codec].partition("\n")[0].split(";")
    assert (table.encoding.codec, table.schema.names()) == (codec, names)
    assert find_phone_column(table, named=None, region=None).name == names[1]
    assert copied(path, "out.csv").read_bytes() == path.read_bytes()
    assert names[1] in copied(path, "out.ndjson").read_text(encoding="utf-8")


@pytest.mark.parametrize("codec", LISTS)
def test_a_code_page_is_found_by_what_stands_far_down(listed, codec):
    text = "id;name;phone\n" + "1;Ada;+447700900001\n" * 5000 + LISTS[codec].replace("\n", ";1\n") * 9
    assert open_table(listed(text.encode(codec))).encoding.codec == codec


@pytest.mark.parametrize("text", WESTERN)
def test_western_text_stays_western(listed, text):
    assert open_table(listed(text.encode("cp1252"))).encoding.codec == "cp1252"


@pytest.mark.parametrize(
    ("name", "codec"),
    [("cp1251", "cp1251"), ("windows-1251", "cp1251"), ("KOI8-R", "koi8-r"), ("utf-16", "utf-16-le")],
)
def test_the_encoding_can_be_named(listed, name, codec):
    path = listed(LISTS["cp1251"].encode(codec))
    table = open_table(path, options=ReadOptions(encoding=name))
    assert (table.encoding.codec, table.schema.names()) == (codec, ["Имя", "Телефон"])
    assert copied(path, "out.csv", encoding=name).read_bytes() == path.read_bytes()


def test_an_encoding_that_is_none_or_does_not_fit_is_named(listed):
    path = listed("Zoë;1\n".encode("cp1252"))
    with pytest.raises(FileError, match=r"there is no encoding 'cp0'; --encoding takes names such as cp1251"):
        open_table(path, options=ReadOptions(encoding="cp0"))
    with pytest.raises(FileError, match="there is no encoding 'rot13'"):
        open_table(path, options=ReadOptions(encoding="rot13"))
    with pytest.raises(
        FileError, match=r"line 1 of .* is not utf-8; leave out --encoding, or name another one"
    ):
        open_table(path, options=ReadOptions(encoding="utf-8"))


@pytest.fixture
def unknown(listed):
    """A list in a code page that is not looked for."""
    return listed(LISTS["cp1251"].replace("Имя", "ИмЯ").encode("cp855"))


def test_a_garbled_header_is_written_in_its_own_bytes_alone(unknown):
    assert copied(unknown, "out.csv").read_bytes() == unknown.read_bytes()
    with pytest.raises(
        FileError, match=r"the header of .* is no text in .* Name its encoding with --encoding"
    ):
        copied(unknown, "out.ndjson")
    assert "Телефон" in copied(unknown, "out.ndjson", encoding="cp855").read_text(encoding="utf-8")


def test_a_garbled_header_without_a_phone_column_leads_to_the_encoding(unknown):
    with pytest.raises(
        FileError, match=r"no phone column found .*, name the encoding of the file with --encoding"
    ):
        find_phone_column(open_table(unknown), named=None, region=None)
    table = open_table(unknown, options=ReadOptions(encoding="cp855"))
    assert find_phone_column(table, named=None, region="RU").name == "Телефон"
