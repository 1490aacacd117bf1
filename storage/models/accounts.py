"""What the utility's files tell us: customers, their accounts, and which chat has proven to own which."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.base import key, link


class Customer(SQLModel, table=True):
    """A customer (客户) as the utility registered them."""

    id: int | None = key()
    number: str = Field(unique=True)
    name: str
    phone: str = Field(index=True)
    vulnerable: bool = False
    updated_at: datetime


class Account(SQLModel, table=True):
    """An electricity account (户号): one meter at one place."""

    id: int | None = key()
    number: str = Field(unique=True)
    customer_id: int = link("customer.id")
    region: str
    address: str
    community: str = ""
    line: str = ""
    transformer: str = ""
    zone: str = "urban"
    customer_class: str = "resident"
    tariff_class: str = "residential"
    contract_type: str = "postpaid"
    people: int | None = None
    low_income: bool = False
    # Prepaid only: the credit left on the meter, in fen; negative is owed.
    balance_fen: int | None = None
    balance_at: datetime | None = None
    updated_at: datetime


class Binding(SQLModel, table=True):
    """A person who has proven to belong to an account."""

    __table_args__ = (UniqueConstraint("person_id", "account_id"),)

    id: int | None = key()
    person_id: int = link("person.id")
    account_id: int = link("account.id")
    role: str = "owner"
    nickname: str = ""
    proof: str
    bound_at: datetime


class OneTimeCode(SQLModel, table=True):
    """A one-time code for an account, as printed on a bill; only its hash is kept."""

    id: int | None = key()
    account_id: int = link("account.id")
    code_hash: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class BindingAttempt(SQLModel, table=True):
    """One try to bind, kept to slow guessing down."""

    id: int | None = key()
    person_id: int = link("person.id")
    # A keyed hash of the number that was tried: it need not exist.
    account_hash: str = Field(index=True)
    tried_at: datetime = Field(index=True)
    succeeded: bool = False


class ImportedFile(SQLModel, table=True):
    """A file that was taken in whole."""

    __table_args__ = (UniqueConstraint("kind", "content_hash"),)

    id: int | None = key()
    kind: str
    content_hash: str
    name: str
    rows: int
    imported_at: datetime
