"""Questions that mean the same stand together, others apart, and always in the same way."""

from random import Random

import pytest

from knowledge.clusters import Clusterer, Said, default_reader

ROAMING = [
    "电子签章在哪里下载",
    "怎么下载电子签章",
    "电子签章下载不了",
    "请问電子簽章要去哪下載",
    "签章的电子版在哪下",
]
DRONE = ["无人机能在高压线旁边飞吗", "高压线附近可以飞无人机不", "想在电线旁放无人机"]
LONELY = ["你们招不招暑假工"]


@pytest.fixture(scope="module")
def clusterer() -> Clusterer:
    return Clusterer(
        default_reader(), ["电费怎么交", "在哪里可以交电费", "你们几点上班", "能不能装充电桩"] * 5
    )


def said() -> list[Said]:
    return [Said(key, text) for key, text in enumerate([*ROAMING, *DRONE, *LONELY], start=7)]


def test_what_means_the_same_stands_together(clusterer: Clusterer) -> None:
    found = [{one.text for one in cluster.members} for cluster in clusterer.clusters(said())]
    assert found == [set(ROAMING), set(DRONE), set(LONELY)]


def test_the_title_is_the_most_central(clusterer: Clusterer) -> None:
    cluster = clusterer.clusters(said())[0]
    assert cluster.title in ROAMING[:3]
    assert cluster.first_key == 7


def test_the_order_of_what_is_given_does_not_matter(clusterer: Clusterer) -> None:
    mixed = said()
    Random(3).shuffle(mixed)
    assert clusterer.clusters(mixed) == clusterer.clusters(said())


def test_the_same_words_are_one_question_said_often(clusterer: Clusterer) -> None:
    again = [Said(1, "电子签章在哪里下载"), Said(2, "電子簽章在哪裡下載？"), Said(3, "招暑假工吗")]
    assert [[one.key for one in cluster.members] for cluster in clusterer.clusters(again)] == [[1, 2], [3]]


def test_the_same_near_entries_bring_questions_together(clusterer: Clusterer) -> None:
    words = ["屋顶能装板子发电么", "光伏并网找谁"]
    near = {"solar.apply": 0.5, "solar.price": 0.2}
    assert len(clusterer.clusters([Said(1, words[0], near), Said(2, words[1], near)])) == 1
    assert len(clusterer.clusters([Said(1, words[0], near), Said(2, words[1], {"meter.test": 0.6})])) == 2


def test_nothing_asked_gives_nothing(clusterer: Clusterer) -> None:
    assert clusterer.clusters([]) == []
