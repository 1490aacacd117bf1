"""The whole repair, told to the real program over HTTP, on both channels and both kinds of staff group."""

from pathlib import Path

import pytest

from tests.black_box.whole_repair import tell


@pytest.mark.parametrize(("channel", "forum"), [("telegram", True), ("web", False)])
def test_a_whole_repair(tmp_path: Path, channel: str, forum: bool) -> None:
    tell(tmp_path, channel, forum=forum)
