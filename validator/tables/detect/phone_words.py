"""Names of phone columns in the languages of lists, and the kind of line that a name says."""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum

from validator.phone import fold_words


class Line(IntEnum):
    """The kind of line that a header says; lower ones are preferred, since WhatsApp is on mobile lines.

    `OTHER` is a landline, or the line of another person: `Office Phone`, `Emergency Contact Mobile`.
    """

    MOBILE = 0
    ANY = 1
    OTHER = 2


# Any one of these words in a header says phone, whatever else it has (`customer_phone`, `Tel. 1`).
_ANY_WORDS = """
phone phones telephone telephones tel tels tele telno telnr telnum phoneno phonenr phonenum phonenumber
phonenumbers msisdn e164 ph phno phnum fon contactno contactnumber contactphone
telefono telefonos fono fonos telf tfno tlfno tfo
telefone telefones fone fones
telefon telefonnummer telefonnr telnummer rufnummer rufnr telefoon telefoonnummer telefoonnr
telefonszam telefonnumer telefonu telefony telefonni
telefonne telefonska telefona telefonas telefono telefonul
telefonico telefonica telefonici kontaktnummer kontaktnr kontakttelefon recapito recapiti
telefoni telefonit telefoninumber talrunis talrunanumurs telefown ffon fon guthan telefonoa
puhelin puhelinnumero puhelinnro puh puhnro telefonnumret tlf tlfnr simi siminn simanumer
телефон телефона телефону телефони телефоны тел утас
τηλεφωνο τηλεφωνου τηλ
telp telpon telepon nohp telefonno telefonnumarasi telepono simu
dienthoai sdt sodienthoai
هاتف الهاتف هاتفي تليفون التليفون تلفون فون تلفن تماس تواصل التواصل للتواصل
טלפון הטלפון טל
फोन फ़ोन दूरभाष दूरध्वनी ফোন தொலைபேசி ఫోన్ ફોન ದೂರವಾಣಿ ഫോൺ ਫ਼ੋਨ දුරකථන
ტელეფონი ტელეფონის ტელ հեռախոս հեռախոսահամար ስልክ
"""
_MOBILE_WORDS = """
mobile mobiles mob mobno mobnr mobnum mobileno mobilenumber mobilenumbers mobilephone cell cells cellno
cellnumber cellphone cellular smartphone sms handphone
movil moviles movilno celular celulares cel celu cels
portable portables port gsm gsmno gsmnr
telemovel telemoveis tlm tlmv telem
handy handynummer handynr handynum mobil mobilnr mobilnummer mobiltelefon mobiltelefonnummer mobilfunk
mobilfunknummer mobilfunknr mobilrufnummer mobilrufnr handyrufnummer natel
mobiel mobiele mobielnummer mobieltje gsmnummer selfoon
cellulare cellulari cell telefonino
mobilszam mobiltelefonszam mobiltel komorka komorkowy komorkowe kom mobilni mobiln
mobilu mobilny mobilne mobitel mobitela mobilul mobilus
mobilusis mobilais mobiil mobiilinumber mobiiltelefon celulari mobile mobil mobila mugikorra
matkapuhelin matkapuhelinnumero matkapuh kannykka farsimi farsimanumer gemsi
моб мобильный мобильного мобильник мобила сотовый сотового
сот мобільний мобільного моб мобилен мобилни мобилниот
ұялы
κινητο κινητου κιν
hp ponsel seluler bimbit selpon ceptelefonu cep cepno ceptel gsmno
didong dtdd sodidong zalo viber
جوال الجوال جوالك موبايل الموبايل محمول المحمول موبائل موبایل همراه خلوي الخلوي نقال النقال
נייד הנייד פלאפון סלולרי סלולארי
मोबाइल मोबाईल भ्रमणध्वनी মোবাইল கைபேசி அலைபேசி மொபைல் మొబైల్ મોબાઇલ મોબાઈલ ಮೊಬೈಲ್ മൊബൈൽ ਮੋਬਾਈਲ
მობილური մոբայլ բջջային ሞባይል
"""
_WHATSAPP_WORDS = """
whatsapp whatsapps whatsappno whatsappnr whatsappnumber
whatsappnumero whatsappphone whatsap watsapp watsap
wattsapp whats wa wano wanr wanumber wapp wpp wsp wsap zap zapzap zapp
ватсап вотсап вацап ватсапп вотсапп
واتساب الواتساب واتس الواتس واتسب واٹس واٹسایپ
וואטסאפ ווטסאפ ווצאפ וואטסאפ
व्हाट्सएप व्हाट्सऐप व्हाट्सअप वाट्सएप হোয়াটসঅ্যাপ
"""
_LANDLINE_WORDS = """
landline landlines fixed fixedline home homephone
office officephone work workphone business businessphone
company switchboard desk pbx fax pstn
fijo fija casa domicilio trabajo oficina fixo residencial comercial trabalho empresa escritorio
fixe domicile bureau travail fisso abitazione ufficio
festnetz festnetznummer privat geschaftlich geschaeftlich buro buero dienstlich zentrale
vast vaste thuis werk kantoor
stacjonarny stacjonarne domowy sluzbowy pevna pevny pevne
domu prace vezetekes otthoni munkahelyi fix acasa birou
fasttelefon hemtelefon hemnummer arbete fastnet hjem arbejde arbeid lankapuhelin koti tyo
домашний городской рабочий стационарный стационарен домашній міський робочий стационарни
σταθερο σπιτιου εργασιας
ev evtelefonu is istelefonu sabit rumah kantor
ثابت الثابت أرضي ارضي المنزل العمل منزل ثابته
קווי בית עבודה
लैंडलाइन
"""
# The line of another person than the one in the row.
_OTHERS_WORDS = """
emergency ice kin spouse husband wife father mother parent parents guardian relative family manager
supervisor assistant secretary agent rep representative salesman salesperson driver seller vendor referrer
referred referral
notfall notfallkontakt ehepartner ehemann ehefrau vater mutter eltern vorgesetzter betreuer fahrer verkaufer
urgence conjoint pere mere parents gestionnaire responsable vendeur chauffeur
emergencia emergencias conyuge padre madre padres tutor apoderado acudiente gerente vendedor chofer
veli ortu wali
responsavel pai mae conjuge motorista
emergenza coniuge genitore genitori venditore autista referente
noodgeval noodcontact partner ouder ouders chauffeur
экстренный родитель родителя родители мать отец менеджер менеджера водитель водителя
طوارئ الطوارئ ولي الأب الأم المدير السائق
"""
# Used for all sorts of numbers, so they count only if the header has no other words.
_GENERIC_WORDS = """
number numbers no nos nr num contact contacts recipient recipients to numero numeros nummer numer
nomor номер رقم नंबर contato contacto contatto contatti destinatario kontakt kontak iletisim
"""
# For scripts without spaces, and for several words: these are searched inside other words (`手机号码`).
_ANY_PARTS = (
    "电话", "電話", "联系方式", "聯絡方式", "连絡先", "連絡先", "전화", "연락처", "โทรศัพท", "เบอร",
    "dien thoai", "dienthoai", "so dt", "so lien he", "联系号", "联络号", "聯絡號", "ទូរស័ព្ទ", "ໂທລະສັບ", "ဖုန်း",
)  # fmt: skip
_MOBILE_PARTS = (
    "手机", "手機", "移动电话", "行動電話", "携帯", "携带", "スマホ", "ケータイ",
    "휴대", "핸드폰", "휴대폰", "มือถอ",
    "di dong", "didong",
)  # fmt: skip
_WHATSAPP_PARTS = ("whatsapp", "ワッツアップ", "왓츠앱", "วอตสแอป")
# These say phone too; the others say landline only together with a phone word.
_LANDLINE_ALONE_PARTS = ("座机", "座機", "固定电话", "固定電話", "固话", "市話", "市话")
_LANDLINE_PARTS = (
    "自宅", "勤務先", "会社", "公司", "유선", "집전화", "사무실", "โทรศัพทบาน", "co dinh", "dien thoai ban",
)  # fmt: skip
_OTHERS_PARTS = (
    "紧急", "緊急", "家长", "家長", "保護者", "业务员", "業務員", "司机", "司機",
    "비상", "보호자", "ผู้ปกครอง", "ฉุกเฉิน", "phụ huynh", "orang tua",
)  # fmt: skip
# Together with a phone word, these say that the column is about phones but has no numbers.
_ABOUT_WORDS = """
model type brand make maker carrier operator provider os version country code prefix extension ext
status valid verified consent optin opt date time count cost plan id name notes hash hashed md5 sha1 sha256
modelo tipo marca operadora pais codigo modele type marque typ marke modell
"""
# The same at the end of a header: `whatsapp_last_seen`, `sms_sent_at`, but not `Updated phone`.
_ABOUT_AT_END_WORDS = """
seen sent updated created modified changed delivered opened clicked read at on timestamp ts
"""
# The text after these says how to write a number: `Mobile (with country code)`, `Telefone com DDD`.
_MANNER_WORDS = (
    "with without incl including include inc w mit inkl inklusive einschl con com avec met "
    "incluyendo incluindo compris med cu z sa dengan kem eg example format"
)
_MANNER = re.compile(
    rf"[\s(\[,/\-]*(?:\b(?:{_MANNER_WORDS.replace(' ', '|')})\b"
    r"|[(\[]\s*\+?\s*(?:country|intl|international|cc|isd)\b.*(?:number|no\b|first|format|includ|need|requir|\+)"
    "|с кодом|مع رمز|مع مفتاح|含国家|含區碼|包括国家).*$"  # noqa: RUF001 - Cyrillic
)


def words(header: str) -> frozenset[str]:
    """Return the folded words of a header, without numbers of one or two digits: `Phone-2` is `phone`."""
    return frozenset(_in_order(header))


def _in_order(header: str) -> list[str]:
    folds = fold_words(header).replace("h/p", "hp")
    letters = "".join(c if unicodedata.category(c)[0] in "LM" or c.isdigit() else " " for c in folds)
    return re.sub(r"(?<!\d)\d{1,2}(?!\d)", " ", letters).split()


def said_by(header: str) -> frozenset[str]:
    """Return the words of a header: `phoneNumber` is phone and number, but also one word, like WhatsApp."""
    return _apart(header) | words(header)


def names_phone(header: str) -> bool:
    """Return whether a header names a column of phone numbers."""
    return line_named_by(header) is not None


def names_line(header: str) -> bool:
    """Return whether a header names phone numbers, or a kind of line, as `Office` does below `Phone`."""
    return names_phone(header) or bool(said_by(header) & _LANDLINE)


def names_fax(header: str) -> bool:
    """Return whether a header names fax numbers, which are no phone numbers."""
    return bool(said_by(header) & _FAX)


def names_only_number(header: str) -> bool:
    """Return whether a header says no more than number (`No`, `Nr`): a customer's or an order's, too."""
    said = words(header)
    return bool(said) and said <= _NUMBER_NAMES


def names_only_contact(header: str) -> bool:
    """Return whether a header says no more than number or contact (`Contact`, `To`), which may be a name."""
    said = words(header)
    return names_only_number(header) or (bool(said) and said <= _CONTACT_NAMES)


def line_named_by(header: str) -> Line | None:
    """Return the kind of line that a header says; None if it does not say phone."""
    if names_whatsapp_id(header):
        return Line.MOBILE
    plain = _without_manner(header)
    said = said_by(plain)
    if said & _ABOUT or _is_about(plain):
        return None
    is_other = said & (_LANDLINE | _OTHERS) or _within(plain, _FOLDED_OTHER_PARTS)
    if said & _MOBILE or _within(plain, _FOLDED_MOBILE_PARTS) or any(map(_is_handy, said)):
        return Line.OTHER if said & _OTHERS or _within(plain, _FOLDED_OTHERS_PARTS) else Line.MOBILE
    only_generic = bool(generic := _apart(plain) - _BETWEEN) and generic <= _GENERIC
    says_phone = said & _ANY or (said & _CONTACT and said & _NUMBER_WORDS)
    if not (says_phone or only_generic or _within(plain, _FOLDED_ANY_PARTS)):
        return Line.OTHER if said & _LANDLINE_ALONE or _within(plain, _FOLDED_LANDLINE_ALONE_PARTS) else None
    return Line.OTHER if is_other else Line.ANY


def _is_about(header: str) -> bool:
    """Return whether the last word says that the column has times: `cell_updated`, `phoneUpdatedAt`."""
    found = _in_order(_split_humps(header))
    return len(found) > 1 and found[-1] in _ABOUT_AT_END


def _is_handy(word: str) -> bool:
    """Return whether a word is a German compound with `handy`: `Diensthandy`, `Kundenhandy`."""
    return word.endswith("handy")


def names_whatsapp_id(header: str) -> bool:
    """Return whether a header names WhatsApp's ids, which are international numbers without a plus sign."""
    said = said_by(header)
    only_these = said <= _BESIDE_IDS | _WHATSAPP_NAMES
    return bool(said & _ID_WORDS) or (only_these and "id" in said and bool(said & _WHATSAPP_NAMES))


def _without_manner(header: str) -> str:
    """Return a header without the text that says how to write its numbers, unless nothing would be left."""
    folded = fold_words(header).replace("_", " ")
    found = _MANNER.search(folded)
    if found is None or not folded[: found.start()].strip(" _(["):
        return header
    return folded[: found.start()]


def _apart(header: str) -> frozenset[str]:
    return words(_split_humps(header))


def _split_humps(header: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)


def _within(header: str, parts: tuple[str, ...]) -> bool:
    text = re.sub(r"[\s_.\-]+", " ", fold_words(header))
    return any(part in text for part in parts)


def vocabulary(text: str) -> frozenset[str]:
    """Return the words of a text in the form of header words."""
    return frozenset(fold_words(text).split())


def _folded(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(fold_words, parts))


_ANY = vocabulary(_ANY_WORDS)
_MOBILE = vocabulary(_MOBILE_WORDS) | vocabulary(_WHATSAPP_WORDS)
_LANDLINE = vocabulary(_LANDLINE_WORDS)
_LANDLINE_ALONE = vocabulary(
    "landline landlines festnetz festnetznummer homephone officephone workphone लैंडलाइन"
)
_OTHERS = vocabulary(_OTHERS_WORDS)
_GENERIC = vocabulary(_GENERIC_WORDS)
_BETWEEN = vocabulary("de di do da du del of")
_NUMBER_NAMES = vocabulary("number numbers no nos nr num numero numeros nummer numer nomor номер رقم नंबर")
_CONTACT_NAMES = _GENERIC - _NUMBER_NAMES
# Together these say phone among any other words: `Customer contact no.`
_CONTACT = vocabulary("contact contacto contato contatto kontakt kontak контактный контактний iletisim")
_NUMBER_WORDS = _NUMBER_NAMES | vocabulary("numarasi nomer")
_FAX = vocabulary("fax faxnr faxnummer telefax telecopie faks факс فاكس פקס 传真 傳真 ファックス 팩스")
_ABOUT = vocabulary(_ABOUT_WORDS)
_ABOUT_AT_END = vocabulary(_ABOUT_AT_END_WORDS)
# Names of WhatsApp's own ids, which are numbers in international form (`wa_id`, `remoteJid`).
_ID_WORDS = frozenset({"jid", "remotejid", "waid", "whatsappid", "wajid", "chatjid", "senderjid", "userjid"})
_WHATSAPP_NAMES = frozenset({"wa", "whatsapp", "wpp"})
_BESIDE_IDS = vocabulary("id ids contact contacts user customer sender recipient client number whats app")
_FOLDED_ANY_PARTS = _folded(_ANY_PARTS)
_FOLDED_MOBILE_PARTS = _folded(_MOBILE_PARTS + _WHATSAPP_PARTS)
_FOLDED_LANDLINE_ALONE_PARTS = _folded(_LANDLINE_ALONE_PARTS)
_FOLDED_OTHERS_PARTS = _folded(_OTHERS_PARTS)
_FOLDED_OTHER_PARTS = _FOLDED_LANDLINE_ALONE_PARTS + _folded(_LANDLINE_PARTS) + _FOLDED_OTHERS_PARTS
