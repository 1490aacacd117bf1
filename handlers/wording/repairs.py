"""What we say while somebody reports a fault."""

import re

# What is left of a message when it only asks for the form; nothing to describe then.
ONLY_ASKING = re.compile(
    r"[我要想需来帮请给您好你的个一下报修维登记快办理申申请电力故障,，。.!！?？~ 吧吗呢啊]*$"
)

SCOPES = (("mine", "只有我家"), ("building", "整栋楼/整个单元"), ("area", "整片/整条街"))
LIGHTS = (
    ("tripped", "跳闸了，推不上去"),
    ("dark", "没跳闸，电表不亮"),
    ("lit", "电表亮，家里没电"),
    ("unknown", "看不了/不清楚"),
)


def ask_scope() -> str:
    """Return the first question of the triage."""
    return "是只有您家没电，还是整栋楼、整片都没电？（可以看看楼道灯、邻居家、路灯）"


def ask_light() -> str:
    """Return the question about switch and meter."""
    return "请看一眼家里的总开关和电表：跳闸了吗？电表亮不亮？手要干燥，不要拆开表箱。"


def ask_place(*, bound: bool) -> str:
    """Return the question for the place."""
    pick = "点下面的户号，或者" if bound else ""
    return f"在哪里？{pick}直接打字（小区、楼栋、门牌，或村组、路口），也可以发定位。"


def ask_description() -> str:
    """Return the question for what is seen, with the safety line before any photo."""
    return (
        "看到什么情况？可以打字、发照片或语音，也可以跳过。\n"
        "拍照请先保证安全：不要靠近断线、冒火的设备，至少离开{safety.fallen_line.distance}。"
    )


def ask_phone() -> str:
    """Return the question for a phone number."""
    return "抢修同事打哪个电话找您？请发号码，或者跳过。"


def bad_place() -> str:
    """Return why a place is not taken."""
    return "这样还找不到地方，请说得具体些，比如“阳光花园三栋”或“东风村二组”。"


def where_is_home() -> str:
    """Return the question for the address of somebody who says: at home."""
    return "我还不知道您家的地址。"


def noted_but_where() -> str:
    """Return that words are kept which tell no place."""
    return "已记下您说的。地点还需要说一下："


def noted_but_phone() -> str:
    """Return that words are kept which are no phone number."""
    return "已记下您说的。"


def bad_phone() -> str:
    """Return why a phone number is not taken."""
    return "这个号码不像电话，请再发一次，或者点【跳过】。"


def bad_contact() -> str:
    """Return why somebody else's contact is not taken as one's own."""
    return "这张名片不是您本人的，请直接打出要联系的号码。"


def hint(light: str) -> str:
    """Return what helps at once for what is seen at home, and where our part begins."""
    line = "电表以内（家里的线和开关）归您，电表以外归我们；分不清也照样给您登记。"
    return {
        "tripped": "先拔掉所有电器再推一次总开关：能推上，再一样一样插回去找坏的那个；一推就跳，别再推了。\n"
        + line,
        "dark": "电表不亮，可能是表外线路的问题，也可能是欠费或余额不足。\n" + line,
        "lit": "电表亮着，多半是家里的开关或线路。\n" + line,
    }.get(light, "")


def owes(tail: str) -> str:
    """Return the neutral word about an account that is not paid up."""
    return f"顺便说一声：户号{tail}目前有未交清的电费，如果因此停电，交清后会复电。已经交了请忽略，报修照常。"


def prepaid_empty(tail: str) -> str:
    """Return the neutral word about a prepaid account without credit."""
    return f"顺便说一声：户号{tail}是预付费，目前余额不足，充值后一般会自动复电。已经充了请忽略，报修照常。"


def may_be_unpaid() -> str:
    """Return the offer to look at the account of a home that alone has no power."""
    return "只有一户没电，有时是欠费或预付费余额不足。绑定户号后我可以帮您看："


def waits_for_it() -> str:
    """Return the word to somebody who waits for a known outage to end."""
    return "好的，这起停电已经在处理，不用重复报。情况有变随时告诉我。"


def known_outage(text: str) -> str:
    """Return a known outage in place of a second ticket."""
    return f"{text}\n\n这起停电已经登记，不用再报。您家情况不一样吗？"


def form_in_between(form: str) -> str:
    """Return the question what to do with another form that is open."""
    return f"您还有一份没填完的{form}，要先做哪个？"


def located(place: str) -> str:
    """Return how a shared place reads."""
    return f"定位{f'（{place}）' if place else ''}（已附在工单里）"


def got_parts(count: int) -> str:
    """Return the question what photos or places are for."""
    return f"收到{count}份照片/位置/语音，先替您存着。这是要："


def got_contact() -> str:
    """Return what somebody gets who sends a contact out of the blue."""
    return "收到一张名片。我不会自己保存电话，请告诉我要办什么事："
