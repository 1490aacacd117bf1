"""What every table shares: keys that are wide enough, names for constraints, JSON columns."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# Telegram's ids need 64 bits; a BIGINT primary key does not count up by itself on SQLite.
Wide = BigInteger().with_variant(Integer, "sqlite")


def key() -> Any:
    """Return a primary key field that the database counts up."""
    return Field(default=None, sa_type=Wide, primary_key=True)


def link(target: str, *, index: bool = True, nullable: bool = False, unique: bool = False) -> Any:
    """Return a field that points at another table's key."""
    default: Any = None if nullable else ...
    return Field(
        default=default, sa_type=Wide, foreign_key=target, index=index, nullable=nullable, unique=unique
    )


def document(default: type[dict[str, Any]] | type[list[Any]] = dict) -> Any:
    """Return a field that keeps a small JSON document."""
    return Field(default_factory=default, sa_column=Column(JSON, nullable=False))
