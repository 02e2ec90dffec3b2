"""What lists call their phone column, in the languages they come in."""

from __future__ import annotations

import re
import unicodedata

from validator.phone import fold_words

# Any one of these words in a header says phone, whatever stands beside it (`customer_phone`, `Tel. 1`).
_WORDS = """
phone phones telephone mobile cell cellphone cellular tel tele telno phoneno phonenumber mobileno mobilenumber
whatsapp wa msisdn e164 smartphone
telefono telefonos movil celular celulares
telefone telefones fone telemovel
portable gsm
telefon telefonnummer telefonnr handy handynummer handynr mobil mobilnummer mobiltelefon mobilfunk
mobilfunknummer rufnummer
telefoon telefoonnummer mobiel mobielnummer
cellulare telefonino
telefonszam mobilszam telefonnumer telefonu komorka komorkowy mobilni
puhelin puhelinnumero matkapuhelin mobilnr telefonnumret mobiltelefonnummer tlf tlfnr
телефон телефона телефону телефони тел мобильный сотовый мобильник мобільний вотсап ватсап
τηλεφωνο κινητο
hp nohp telp telepon handphone ponsel nowa seluler
dienthoai sdt didong
ceptelefonu cep gsmno
هاتف الهاتف جوال الجوال موبايل الموبايل تليفون التليفون محمول المحمول موبائل فون تلفن همراه واتساب
טלפון הטלפון נייד הנייד פלאפון סלולרי וואטסאפ
फोन फ़ोन मोबाइल दूरभाष ফোন মোবাইল
"""
# Said of numbers of every sort, so they count only where the header says nothing else.
_GENERIC_WORDS = """
number numbers no nr num contact contacts recipient recipients to numero numeros nummer numer
nomor номер رقم नंबर contato contacto destinatario kontakt
"""
# Scripts without spaces, and words of several: they stand inside others (`手机号码`).
_PARTS = (
    "电话",
    "電話",
    "手机",
    "手機",
    "携帯",
    "携带",
    "휴대",
    "전화",
    "핸드폰",
    "연락처",
    "โทรศัพท",
    "มือถอ",
    "เบอร",
    "dien thoai",
    "so dt",
)
# Beside a phone word these say that the column is about phones and holds none.
_ABOUT_WORDS = """
model type brand make maker carrier operator provider os version country code prefix extension ext
status valid verified consent optin opt date time count cost plan id name notes
modelo tipo marca operadora pais codigo modele type marque typ marke modell
"""


def words(header: str) -> frozenset[str]:
    """Return the folded words of a header, without numbers of one or two digits: `Phone-2` is `phone`."""
    folds = fold_words(header)
    letters = "".join(c if unicodedata.category(c)[0] in "LM" or c.isdigit() else " " for c in folds)
    return frozenset(re.sub(r"(?<!\d)\d{1,2}(?!\d)", " ", letters).split())


def said_by(header: str) -> frozenset[str]:
    """Return the words of a header: `phoneNumber` is phone and number, but also one word, as WhatsApp is."""
    return _apart(header) | words(header)


def names_phone(header: str) -> bool:
    """Tell whether a header says that phone numbers stand below it."""
    said = said_by(header)
    if said & _ABOUT:
        return False
    only_generic = bool(said) and _apart(header) <= _GENERIC
    return bool(said & _PHONE) or only_generic or _names_it_within(header)


def _apart(header: str) -> frozenset[str]:
    return words(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header))


def _names_it_within(header: str) -> bool:
    text = fold_words(header)
    return any(part in text for part in _FOLDED_PARTS)


def vocabulary(text: str) -> frozenset[str]:
    """Return the words of a text as headers have them."""
    return frozenset(fold_words(text).split())


_PHONE = vocabulary(_WORDS)
_GENERIC = vocabulary(_GENERIC_WORDS)
_ABOUT = vocabulary(_ABOUT_WORDS)
_FOLDED_PARTS = tuple(map(fold_words, _PARTS))
