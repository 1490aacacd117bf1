"""A wrong setting stops the start and names itself."""

import pytest

from bot.logs import redact
from bot.settings import BadSettings, load_settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    import os

    for name in list(os.environ):
        if name.startswith("DIANLING_"):
            monkeypatch.delenv(name)


def test_defaults_need_nothing():
    settings = load_settings({})
    assert settings.port == 8080
    assert settings.telegram_token is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DIANLING_PORT", "eighty"),
        ("DIANLING_PORT", "70000"),
        ("DIANLING_TELEGRAM_TOKEN", "no-colon-in-it"),
        ("DIANLING_TELEGRAM_API", "not a url"),
        ("DIANLING_TELEGRAM_STAFF_CHAT", "@group"),
        ("DIANLING_LOG_FORMAT", "xml"),
        ("DIANLING_TICK_SECONDS", "0"),
    ],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=name):
        load_settings({name: value})


def test_an_unknown_setting_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("DIANLING_PROT", "8080")
    with pytest.raises(BadSettings, match="DIANLING_PROT"):
        load_settings({"DIANLING_PROT": "8080"})


def test_a_refusal_never_repeats_the_secret(monkeypatch):
    monkeypatch.setenv("DIANLING_TELEGRAM_TOKEN", "topsecretwithoutcolon")
    with pytest.raises(BadSettings) as refused:
        load_settings({"DIANLING_TELEGRAM_TOKEN": "topsecretwithoutcolon"})
    assert "topsecret" not in str(refused.value)


def test_the_root_of_another_bot_api_has_no_slash_at_its_end(monkeypatch):
    monkeypatch.setenv("DIANLING_TELEGRAM_API", "http://127.0.0.1:8081/")
    assert load_settings({}).telegram_root == "http://127.0.0.1:8081"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("call 13812345678 now", "call 138****5678 now"),
        ("account 110010000011", "account ****0011"),
        ("POST /bot123456789:AAHsecretsecret/sendMessage", "POST /bot<token>/sendMessage"),
    ],
)
def test_logs_are_redacted(said, kept):
    assert redact(said) == kept
