"""What may be kept of a customer's words: no number, name, plate or door by which somebody could be found."""

import re
import unicodedata
from typing import Final

from knowledge.rules.outages import extract_place
from knowledge.rules.place_names import place_of
from knowledge.text.normalise import normalise

__all__ = ["REMOVED", "district_of", "redact", "without_marks"]

NUMBER: Final = "〔号码〕"
DOCUMENT: Final = "〔证件〕"
PLATE: Final = "〔车牌〕"
NAME: Final = "〔姓名〕"
DOOR: Final = "〔门牌〕"
MAIL: Final = "〔邮箱〕"

REMOVED: Final = re.compile("|".join((NUMBER, DOCUMENT, PLATE, NAME, DOOR, MAIL)))

# Common surnames in both scripts; rarer ones are found only where a name is announced (我叫, 姓名).
_SURNAMES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾萧蕭肖田董袁潘"
    "蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范石廖贾賈夏韦韋付傅方白邹鄒孟熊秦邱江尹薛闫阎閻段雷侯"
    "高龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴覃武戴莫孔向汤湯"
)
_HAN = "\u4e00-\u9fff"
_SPOKEN = "零〇一二三四五六七八九幺"

_MAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_DOCUMENT = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)\d{15}(?!\d)")
_PLATE = re.compile(
    r"[京津沪滬渝冀豫云雲辽遼黑湘皖鲁魯新苏蘇浙赣贛鄂桂甘晋晉蒙陕陝吉闽閩贵貴粤粵青藏川宁寧琼瓊]"
    r"[A-Za-z][·•. -]?[A-Za-z0-9]{5,6}(?![A-Za-z0-9])"
)
# Written in one, or in groups as telephone numbers are.
_LONG = re.compile(r"\+?\d(?:[ -]?\d){6,}|\d{5,}")
_SPOKEN_NUMBER = re.compile(rf"[{_SPOKEN}]{{5,}}")
_ANNOUNCED = re.compile(
    rf"((?:我的?名字(?:是|叫)|我名叫|我叫|本人叫|我爸叫|我妈叫|户主(?:是|叫|名叫)|戶主(?:是|叫)|"
    rf"户名(?:是|叫)?|戶名(?:是|叫)?|姓名(?:是|叫)?|联系人(?:是|叫)?|聯絡人(?:是|叫)?)[:： ]?)"
    rf"(?![{_HAN}]{{0,2}}(?:什么|怎么|什麼|怎麼|可以|能不能|不一|不对|错|變|变|改))"
    rf"([{_SURNAMES}][{_HAN}]{{1,2}}|[{_HAN}]{{2,3}}(?=[,，。.;；!！?？、 ]|$))"
)
_SURNAME = re.compile(rf"((?:我|本人|免贵|免貴)姓)([{_HAN}])")
_IS = re.compile(rf"((?:我|这里|這裡)是)([{_SURNAMES}][{_HAN}]{{1,2}})(?=[,，。.;；!！?？、 ]|$)")
_TITLED = re.compile(rf"([{_SURNAMES}])(?=先生|女士|小姐|师傅|師傅|阿姨|大爷|大爺|太太|大妈|大媽)")
_ANY_NUMBER = rf"(?:\d{{1,4}}|[{_SPOKEN}十百]{{1,4}})"
_HOUSE = re.compile(
    rf"(?<=[路街巷弄道村里段胡同])(?:{_ANY_NUMBER}[-之])?{_ANY_NUMBER}(?:号楼|號樓|号院|號院|号|號|弄)"
    rf"(?:之{_ANY_NUMBER}|-\d{{1,4}})?"
)
_BUILDING = re.compile(
    rf"{_ANY_NUMBER}(?:号楼|號樓|栋|棟|幢|座(?!机))"
    rf"(?:{_ANY_NUMBER}?(?:单元|單元|层|層|楼|樓|号|號|室|房|户|戶|-)|{_ANY_NUMBER}(?![度块塊元]))*"
    rf"|{_ANY_NUMBER}(?:单元|單元){_ANY_NUMBER}?(?:室|房|户|戶|号|號)?"
    rf"|\d{{3,4}}(?:室|房(?!产))|{_ANY_NUMBER}(?:楼|樓)之{_ANY_NUMBER}"
)
_ANNOUNCING = re.compile(
    r"(?:(?:我的?|这是|這是)?(?:名字|姓名|户名|戶名|户主|戶主|联系人|本人)?(?:叫|姓|是)?|(?:联系|聯絡)?电话|電話|手机号?|手機|户号|戶號|账号|"
    r"表号|身份证号?|身份證|车牌号?|車牌|邮箱)[:：是 ]*(?=〔(?:姓名|号码|证件|车牌|邮箱)〕)"
)
_MARKS = re.compile(r"^[\s,，。.;；、:：]+|[\s,，;；、:：]+$")

_SIGNS = re.compile(r"[,，、;；]{2,}")

_DISTRICT = re.compile(
    rf"[{_HAN}]{{2,4}}?(?:新区|街道|(?<![小社园片厂校库景地城街辖战郊市山老住])区|县(?!城)|(?<![城乡])镇)(?!域|别|间)"
)
_BEFORE = re.compile(r"^(?:我们|咱们|我|家|住在|住|就在|在|是|到|去|这边|这|的|那边|请问|问下|想问)+")


def redact(text: str) -> str:
    """Return the words without numbers of five digits and more, documents, plates, names, doors, addresses
    of mail; each leaves a mark like 〔号码〕. Streets, communities and districts stay.
    """
    # Signs stay as they were written; only letters and digits are brought to one width.
    plain = "".join(
        unicodedata.normalize("NFKC", sign) if sign.isalnum() else sign
        for sign in text
        if unicodedata.category(sign) not in ("Cf", "Cc")
    )
    plain = _MAIL.sub(MAIL, plain)
    plain = _DOCUMENT.sub(DOCUMENT, plain)
    plain = _PLATE.sub(PLATE, plain)
    plain = _LONG.sub(NUMBER, plain)
    plain = _SPOKEN_NUMBER.sub(NUMBER, plain)
    plain = _ANNOUNCED.sub(rf"\1{NAME}", plain)
    plain = _SURNAME.sub(rf"\1{NAME}", plain)
    plain = _IS.sub(rf"\1{NAME}", plain)
    plain = _TITLED.sub(NAME, plain)
    return _BUILDING.sub(DOOR, _HOUSE.sub(DOOR, plain))


def without_marks(text: str) -> str:
    """Return redacted words with the marks of what was taken out gone too, as a phrasing is written."""
    return _MARKS.sub("", " ".join(_SIGNS.sub("，", REMOVED.sub("", _ANNOUNCING.sub("", text))).split()))


def district_of(text: str) -> str | None:
    """Return the widest district, county, town or subdistrict that a text names, or None."""
    plain = normalise(text)
    place = extract_place(plain)
    for name in place_of(place).names if place else ():
        if (found := _DISTRICT.fullmatch(name)) is not None:
            return found.group()
    for found in _DISTRICT.finditer(_BEFORE.sub("", plain)):
        name = _BEFORE.sub("", found.group())
        if len(name) >= 3:
            return name
    return None
