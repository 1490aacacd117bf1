"""Long numbers never stand whole in the staff group."""

import pytest

from handlers.masking import hide_numbers


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("我电话13912345678", "我电话尾号5678"),
        ("打 139 1234 5678 找我", "打 尾号5678 找我"),
        ("户号3301000042没电", "户号尾号0042没电"),
        ("0571-88886666转2", "尾号6666转2"),
        ("工单BX20261123-0007到哪了", "工单BX20261123-0007到哪了"),
        ("用了350度，门牌1203", "用了350度，门牌1203"),
    ],
)
def test_only_the_last_four_digits_are_shown(text: str, shown: str) -> None:
    assert hide_numbers(text) == shown
