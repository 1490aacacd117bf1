"""What we say about the papers that a request needs."""

from collections.abc import Mapping, Sequence

from knowledge.rules.ticket_kinds import Material

ENOUGH = {
    "就这些",
    "没有了",
    "没了",
    "先这样",
    "就这些了",
    "先交这些",
    "其余以后补",
    "没有别的了",
    "先提交",
    "提交",
    "提交吧",
}


def whole_list(name: str, papers: Sequence[Material], basis: Sequence[str], days: int) -> str:
    """Return all that has to be brought, said once."""
    lines = [f"办理**{name}**要的材料，一次说全："]
    lines += [f"{number}. {_listed(one)}" for number, one in enumerate(papers, 1)]
    if basis:
        lines.append("依据：" + "；".join(basis))
    lines.append(f"拍照发来就行，清楚、四角完整。一时不齐不要紧，填的和发的替您留{days}天。")
    return "\n".join(lines)


def _listed(paper: Material) -> str:
    notes = [paper.hint] if paper.hint else []
    if not paper.required:
        notes.append("没有可以不交")
    elif paper.may_follow:
        notes.append("可以以后补")
    return paper.label + (f"（{'；'.join(notes)}）" if notes else "")


def checklist(papers: Sequence[Material], sheets: Mapping[str, int]) -> str:
    """Return which papers are there and which are not."""
    lines = []
    for one in papers:
        count = sheets.get(one.name, 0)
        if count:
            lines.append(f"- ✅ {one.label}{f'（{count}张）' if count > 1 else ''}")
        else:
            lines.append(f"- ⬜ {one.label}{'' if one.required else '（可不交）'}")
    return "\n".join(lines)


def ask(
    papers: Sequence[Material], sheets: Mapping[str, int], wanted: Material | None, *, enough: bool = False
) -> str:
    """Return where the papers stand and which one is asked for now; `enough` where the rest is not needed."""
    text = checklist(papers, sheets)
    if enough and wanted is not None:
        return f"{text}\n要交的都齐了。还有的话继续发，没有就点【{no_more()}】。"
    return f"{text}\n请发【{wanted.label}】的照片。" if wanted is not None else f"{text}\n材料齐了。"


def taken_for(labels: Sequence[str], count: int) -> str:
    """Return which paper some photos were taken for."""
    return f"收到{count}张，记为【{'】【'.join(labels)}】。"


def kept_besides(count: int) -> str:
    """Return the word about what is none of the papers asked for."""
    return f"收到{count}份，一并附上。"


def put_right(label: str) -> str:
    """Return the word that photos now stand for another paper."""
    return f"好的，改记为【{label}】。"


def it_is(paper: Material) -> str:
    """Return the button that says which paper the last photo is."""
    return f"这是{paper.label}"


def now_comes(paper: Material) -> str:
    """Return the button that says which paper comes next."""
    return f"先发{paper.label}"


def one_each() -> str:
    """Return the button that says that each photo is a paper of its own."""
    return "每张是一份"


def send_it(paper: Material) -> str:
    """Return the word to somebody who names the paper that comes next."""
    return f"好，请发【{paper.label}】。"


def still_needed(papers: Sequence[Material]) -> str:
    """Return why nothing can be handed in yet."""
    return f"还差{'、'.join(one.label for one in papers)}，少了办不了。手头没有就点【{later()}】，替您留着。"


def later() -> str:
    """Return the button that lets the form wait."""
    return "先不交，以后补"


def rest_follows() -> str:
    """Return the button that hands in with papers still to come."""
    return "先提交，其余以后补"


def no_more() -> str:
    """Return the button that goes on without the papers that need not be brought."""
    return "没有别的了"


def enough_for_now() -> str:
    """Return the button that ends the adding of papers."""
    return "先交这些"


# -- for a ticket


def add_to(name: str) -> str:
    """Return the button that puts photos to the papers of a ticket."""
    return f"给{name}补材料"


def for_ticket(number: str) -> str:
    """Return the line over the papers of a ticket."""
    return f"**给{number}补材料**"


def all_there(number: str) -> str:
    """Return the word that nothing is missing."""
    return f"{number}的材料已经齐了，不用再补。"


def nothing_missing() -> str:
    """Return the word that no ticket waits for papers."""
    return "您没有等着补材料的工单。"


def complete() -> str:
    """Return the word that all papers are there."""
    return "材料齐了，谢谢。"


def rest_can_follow() -> str:
    """Return the word that the rest may come at any time."""
    return "好的，已经发的都附在工单里了，其余备齐随时点工单上的【补材料】。"


def staff_complete(number: str) -> str:
    """Return the word to colleagues that the papers of a ticket are complete."""
    return f"📎 {number} 材料已补齐"
