"""The code page of Latin text: by the languages whose letters it has, whatever the header says."""

import pytest

from validator.tables import open_table

# ruff: noqa: RUF001 - Turkish

# For each language its page, names, and headers: with and without letters of its own, that say phone or not.
LANGUAGES = {
    "Turkish": (
        "cp1254",
        "Gülşen Çağlar, Işıl Doğan, Barış Öz, İpek Şimşek",
        "Telefon Numarası|Telefon|Cep Telefonu Numarası|Müşteri Telefonu|İletişim|phone",
    ),
    "Polish": (
        "cp1250",
        "Paweł Dąb, Małgorzata Święcicka, Stanisław Kamiński, Róża Mróz",
        "Numer telefonu komórkowego|Telefon|Komórka|Nr zamówienia|Województwo|phone",
    ),
    "Czech": (
        "cp1250",
        "Ondřej Kříž, Tomáš Dvořák, Zdeněk Růžička, Eliška Němcová, Lukáš Kučera",
        "Mobilní číslo|Telefon|Telefonní číslo|Příjmení|Pevná linka|phone",
    ),
    "Slovak": (
        "cp1250",
        "Ľubica Kováčová, Peter Ďurica, Zuzana Bartošová, Matúš Hruška, Juraj Višňovský",
        "Telefónne číslo|Telefón|Mobil|Obľúbené|phone",
    ),
    "Hungarian": (
        "cp1250",
        "Erdős Jenő, Fűzi Gergő, Kővári Ödön, Szabó Dezső, Nagy Bálint",
        "Mobiltelefonszám|Telefonszám|Elérhetőség|Ügyfél neve|Cím|phone",
    ),
    "Romanian": (
        "cp1250",
        "Ţepeş Vlad, Mihăilă Ioana, Ştefănescu Radu, Bogdan Iaşi, Ana Pătraşcu",
        "Număr de telefon|Telefon|Localitate|Oraş|phone",
    ),
    "Croatian": (
        "cp1250",
        "Ante Perković, Željka Đurić, Nikola Šarić, Ivana Božić, Luka Horvat",
        "Broj mobitela|Kućni broj telefona|Telefon|Općina|phone",
    ),
    "Slovenian": (
        "cp1250",
        "Matjaž Kovač, Špela Žižek, Andrej Črnko, Janez Zupančič",
        "Telefonska številka|Številka telefona|Telefon|Naročilo|phone",
    ),
    "Lithuanian": (
        "cp1257",
        "Giedrė Petrauskienė, Šarūnas Jasiūnas, Žydrūnas Gečas, Agnė Mikšytė",
        "Mobilusis telefonas|Telefono numeris|Miestas, gatvė|phone",
    ),
    "Latvian": (
        "cp1257",
        "Līga Kalniņa, Māris Ķēniņš, Žanis Liepiņš, Ģirts Ābols",
        "Tālrunis|Mobilais tālrunis|Pasūtījums|phone",
    ),
    "Estonian": (
        "cp1252",
        "Tõnu Kõrv, Jüri Mägi, Õnne Pärn, Ülle Võsu",
        "Telefoninumber|Mobiil|Töökoht|phone",
    ),
}
WESTERN = {
    "French": "Hélène Lefèvre, Adèle Gâtier, Noël Haÿ, Maïté Coçon, Benoît Sœur, Thérèse Bègue",
    "Spanish": "Íñigo Muñoz, Begoña Peña, Ángel Núñez, José Mª Güell, ¿Dígame?, Nº 5",
    "Portuguese": "João Simões, Conceição Magalhães, Irmã Lúcia, Antônio Guimarães, Inês Falcão",
    "Italian": "Niccolò Salò, Libertà Cantù, Perché Forlì, Giosuè Portanova",
    "German": "Jürgen Weiß, Käthe Größe, Björn Öztürk, 5 m², 2 €",
    "Danish": "Søren Kjær, Åse Bæk, Jørn Østergård, Bjørk Høegh, Troels Frøslev",
    "Swedish": "Åsa Öberg, Märta Sjöström, Göran Ek, Linnéa Nygård",
    "Icelandic": "Þorgerður Sæmundsdóttir, Guðrún Björk, Sigurður Þór, Ýmir Árnason",
    "Dutch": "Zoë van België, Daniëlle Coëns, Renée Hoën",
    "several": "Hélène Sørensen, Begoña García, João Weiß, Niccolò Åkesson, Anaïs López, Zoë Gómez",
    "French and Spanish": "Hélène Bègue, Adèle García, Thérèse López, Irène Fernández, Solène Martín",
    "German and Scandinavian": "Jürgen Sørensen, Käthe Kjær, Åsa Groß, Jörg Bjørn",
}


def codec_of(path, codec, header, names):
    rows = "".join(f"{name};0123 456 78{place:02}\n" for place, name in enumerate(names.split(", ")))
    path.write_bytes(f"{header};x\n{rows}".encode(codec))
    return open_table(path).encoding.codec


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_language_is_found_under_every_header(tmp_path, language):
    codec, names, headers = LANGUAGES[language]
    found = {header: codec_of(tmp_path / "a.csv", codec, header, names) for header in headers.split("|")}
    assert found == dict.fromkeys(headers.split("|"), codec)


@pytest.mark.parametrize("header", ["phone", "Téléphone", "Número de móvil", "Farsími", "Größe"])
@pytest.mark.parametrize("language", WESTERN)
def test_western_names_stay_western_under_every_header(tmp_path, language, header):
    assert codec_of(tmp_path / "a.csv", "cp1252", header, WESTERN[language]) == "cp1252"


@pytest.mark.parametrize("language", WESTERN)
def test_one_western_name_stays_western(tmp_path, language):
    names = WESTERN[language].split(", ")
    found = {name: codec_of(tmp_path / "a.csv", "cp1252", "phone", name) for name in names}
    assert set(found.values()) <= {"cp1252", "utf-8"} or language == "Icelandic", found


def test_the_header_reads_as_it_was_written(tmp_path):
    names = "Ayşe Yılmaz, İbrahim Güneş"
    assert codec_of(tmp_path / "a.csv", "cp1254", "Telefon Numarası", names) == "cp1254"
    assert open_table(tmp_path / "a.csv").schema.names() == ["Telefon Numarası", "x"]


@pytest.mark.parametrize(
    ("codec", "names"),
    [
        ("cp1251", "Ян, Анна, Иван, Ия"),
        ("cp1253", "Άννα, Γιώργος, Ίων"),
        ("cp1255", "דן, שרה, דוד"),
        ("gb18030", "王伟, 李娜, 张敏, 刘洋"),
    ],
)
def test_other_scripts_are_not_latin(tmp_path, codec, names):
    assert codec_of(tmp_path / "a.csv", codec, "phone", names) not in {"cp1250", "cp1254", "cp1257"}
