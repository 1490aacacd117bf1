"""Every knob of the program, once: its name, unit, default and what it is for."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DIANLING_"


class BadSettings(Exception):
    """Raised at the start when a setting is wrong or unknown; the text names it."""


class Settings(BaseSettings):
    """Settings, read once from the environment (DIANLING_…); unknown or wrong values stop the start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", env_ignore_empty=True)

    database: Annotated[
        str, Field(description="SQLAlchemy URL of the database; sqlite:///FILE or postgresql+psycopg://…")
    ] = "sqlite:///var/dianling.db"
    files: Annotated[
        Path | None, Field(description="folder of the files that people sent; beside the database if none")
    ] = None
    file_megabytes: Annotated[int, Field(ge=1, le=50, description="the largest file that is taken")] = 50
    picture_megapixels: Annotated[
        int, Field(ge=1, le=200, description="the largest picture that is taken, in millions of pixels")
    ] = 64
    host: Annotated[str, Field(description="address on which the web chat listens")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535, description="port on which the web chat listens")] = 8080
    telegram_token: Annotated[
        SecretStr | None, Field(description="bot token; without it nothing of Telegram is started")
    ] = None
    telegram_api: Annotated[
        HttpUrl, Field(description="root URL of the Bot API server; /bot<token>/METHOD is appended")
    ] = HttpUrl("https://api.telegram.org")
    telegram_staff_chat: Annotated[
        int | None, Field(description="id of the staff group, where tickets and alarms appear")
    ] = None
    telegram_rate: Annotated[
        float, Field(gt=0, le=1000, description="messages a second that this bot may send in all")
    ] = 30.0
    telegram_poll_seconds: Annotated[
        int, Field(ge=0, le=50, description="seconds that one getUpdates call waits for news")
    ] = 25
    tick_seconds: Annotated[
        float, Field(gt=0, le=3600, description="seconds between two looks at what is due")
    ] = 15.0
    demo: Annotated[
        bool, Field(description="say on every page and card that this is the fictional demo utility")
    ] = False
    secret: Annotated[
        SecretStr | None,
        Field(description="key that hashes one-time codes and tried numbers; random when not given"),
    ] = None
    author: Annotated[
        str | None,
        Field(max_length=100, description="who changes the knowledge here; --author goes before it"),
    ] = None
    log_level: Annotated[
        str, Field(pattern="^(debug|info|warning|error)$", description="debug, info, warning or error")
    ] = "info"
    log_format: Annotated[str, Field(pattern="^(text|json)$", description="text or json")] = "text"

    @field_validator("telegram_token")
    @classmethod
    def _token_has_two_halves(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and ":" not in value.get_secret_value():
            raise ValueError("a bot token looks like 123456:ABC…")
        return value

    @property
    def telegram_root(self) -> str:
        """The Bot API server's root without a slash at its end."""
        return str(self.telegram_api).rstrip("/")


def load_settings(environment: dict[str, str], **changes: Any) -> Settings:
    """Read settings; raise BadSettings with every wrong or unknown one named."""
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    unknown = sorted(
        name for name in environment if name.upper().startswith(PREFIX) and name.upper() not in known
    )
    problems = [f"{name}: there is no such setting" for name in unknown]
    try:
        settings = Settings(**changes)
    except ValidationError as error:
        for one in error.errors(include_input=False, include_url=False):
            name = f"{PREFIX}{'_'.join(str(part) for part in one['loc'])}".upper()
            problems.append(f"{name}: {one['msg']}")
        raise BadSettings("\n".join(problems)) from None
    if problems:
        raise BadSettings("\n".join(problems))
    return settings
