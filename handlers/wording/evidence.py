"""What we say about photos, films, voice notes, files and places, and about words that were changed."""

from collections.abc import Sequence

_NAMES = {"photo": "张照片", "video": "段视频", "voice": "段语音", "file": "个文件"}
_MARK = "📎 "
_SHOWN = 120  # characters of what was said before and after a change


def safe_distance() -> str:
    """Return what is said before a photo of equipment is asked for; `fill` puts the distance in."""
    return (
        "**请勿靠近**：断落的电线和冒烟、打火的设备至少离开{safety.fallen_line.distance}，"
        "站在安全的地方拍，拍不到就不拍。"
    )


def too_large() -> str:
    """Return the word that a file is larger than the channel hands over."""
    return (
        "这个文件太大（超过20MB），我们这边收不到；文字我收到了。可以把视频剪短、压缩后再发，"
        "或者到网页客服、营业厅提交，也可以直接用文字说明。"
    )


def not_taken() -> str:
    """Return the word that a file is of a kind that we do not keep."""
    return "这种文件我们不收，没有保存；文字我收到了。请发照片、视频、语音或 PDF。"


def unreadable() -> str:
    """Return the word that a file turned out to be something else, broken, or too large a picture."""
    return "刚才有一个文件打不开，或者不是照片、视频、语音、PDF，没有保存。请重新拍一张发来，或用文字说明。"


def grown_too_large(megabytes: int) -> str:
    """Return the word that a file turned out to be too large when it was fetched."""
    return f"刚才有一个文件超过{megabytes}MB，没有保存。请剪短或压缩后再发，或者用文字说明。"


def lost() -> str:
    """Return the word that a file could not be had from the channel."""
    return "刚才有一个文件没能取到，没有保存。请再发一次，或者用文字说明。"


def enough_for_today() -> str:
    """Return the word that somebody has sent as much as we keep in a day."""
    return (
        "今天您发来的文件已经很多了，后面的没有保存；文字照常收到。还有要补充的，请用文字说明，或者转人工。"
    )


def parts_line(kinds: Sequence[str], places: Sequence[str] = ()) -> str:
    """Return the line that tells colleagues what came with the words, or nothing where nothing did."""
    lines = []
    counted = [f"{kinds.count(kind)}{name}" for kind, name in _NAMES.items() if kind in kinds]
    if counted:
        lines.append(_MARK + "、".join(counted))
    lines += [f"📍 {place}" for place in places]
    return "\n".join(lines)


def without_count(text: str) -> str:
    """Return a text without the line that counts what came with it."""
    return "\n".join(line for line in text.split("\n") if not line.startswith(_MARK))


def place(latitude: float, longitude: float, label: str) -> str:
    """Return a shared place as words: what it is called, and where it is in degrees."""
    point = f"{latitude:.5f}, {longitude:.5f}"
    return f"{label}（{point}）" if label else point


def staff_album(number: str) -> str:
    """Return the head over further parts of an album, for a ticket or for a chat."""
    return f"{number} 客户补充（同一组）" if number else "客户补充（同一组）"


def staff_papers(number: str) -> str:
    """Return the head over papers that a customer has sent for a ticket."""
    return f"{number} 客户补充材料"


def staff_refused(number: str, why: str) -> str:
    """Return the word that a file of a customer was not kept."""
    reasons = {"type": "类型不收或打不开", "large": "太大", "lost": "没能取到"}
    head = f"{number} " if number else ""
    return f"⚠️ {head}客户发来的1个文件{reasons[why]}，没有保存，已请客户重发。"


def not_delivered(count: int) -> str:
    """Return the line that says that files could not be passed on with these words."""
    return f"（有{count}个附件没能送达）"


# -- changed words


def staff_revised(number: str, before: str, after: str) -> str:
    """Return what colleagues are told of a customer's changed words."""
    head = f"✏️ {number} 客户修改：" if number else "✏️ 客户修改："
    return f"{head}\n原：{_short(before) or '（没有文字）'}\n现：{_short(after) or '（删去了文字）'}"


def revised_event(before: str, after: str) -> str:
    """Return a change of words as it stands among what happened to a ticket."""
    return f"{before or '（没有文字）'} → {after or '（删去了文字）'}"


def field_revised(label: str) -> str:
    """Return the word that an answer of the open form was changed."""
    return f"已按您修改后的内容更新“{label}”。"


def field_not_revised(label: str) -> str:
    """Return the word that an answer was changed into something that the question cannot take."""
    return f"您改了前面“{label}”的内容，但修改后的没能采用，仍按原来的；要改请点【上一步】。"


def ticket_revised(number: str) -> str:
    """Return the word that a change was noted with a ticket."""
    return f"看到您修改了前面的话，已补记到工单 {number}，原来的内容也保留。"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}……"
