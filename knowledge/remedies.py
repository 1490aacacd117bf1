"""What helps against the known causes of misunderstanding, each with a switch to see its worth."""

from dataclasses import dataclass, fields, replace
from typing import Final, Self

__all__ = ["ALL", "Remedies"]


@dataclass(frozen=True, slots=True)
class Remedies:
    """One switch per remedy; a running hotline has all of them on."""

    synonyms: bool = True  # 没电 = 断电 = 停电: data/synonyms.yaml
    question_type: bool = True  # 多少钱, 怎么办 and 多久 tell neighbours of one object apart
    two_wishes: bool = True  # the first of two clauses is answered, the second is offered
    negation: bool = True  # 不想投诉 is no complaint: data/negation.yaml
    numbers: bool = True  # 三百五十度 = 350kwh, 第2档 = 第二档
    names: bool = (
        True  # 掌上电力 = 网上国网, and streets and house numbers are no part of a question: data/names.yaml
    )
    sounds: bool = True  # zh = z, n = l, in = ing, hui = fei, and homophones
    pinyin: bool = True  # dianfei, df, jiao电费: data/initials.yaml
    dialects: bool = True  # 冇電, 咋整, 簡訊: data/dialects.yaml
    near_ties: bool = True  # 第二档 or 第三档: data/confusable.yaml

    @classmethod
    def names_of_all(cls) -> tuple[str, ...]:
        """Return the names of all switches."""
        return tuple(field.name for field in fields(cls))

    def without(self, name: str) -> Self:
        """Return the same with one remedy off; raises ValueError for an unknown name."""
        if name not in self.names_of_all():
            raise ValueError(f"no remedy is called {name!r}")
        return replace(self, **{name: False})


ALL: Final = Remedies()
