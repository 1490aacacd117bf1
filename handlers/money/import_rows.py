"""What a row of each of the utility's files may say, and the names its columns go by."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from knowledge.rules.regions import region_ids

_FORMULA = re.compile(r"[=+@\t\r]")
_MONEY = re.compile(r"-?\d{1,10}(\.\d{1,2})?")
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{1,39}")
_ACCOUNT = re.compile(r"[0-9A-Za-z-]{4,32}")
_PERIOD = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_YES = {"yes", "y", "true", "1", "是"}
_NO = {"no", "n", "false", "0", "否", ""}
MAX_TEXT = 200


def normal_phone(text: str) -> str | None:
    """Return a telephone number as bare digits without the country's code, or None where it is none."""
    digits = re.sub(r"[\s()（）-]", "", text)
    digits = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", digits)
    digits = re.sub(r"^(\+|00)886(?=\d{8,9}$)", "0", digits)
    return digits if re.fullmatch(r"\d{7,13}", digits) else None


def _text(value: str) -> str:
    if _FORMULA.match(value):
        raise ValueError("格子里是公式，请改成纯文字")
    if len(value) > MAX_TEXT:
        raise ValueError(f"超过{MAX_TEXT}个字")
    if any(ord(char) < 32 for char in value):
        raise ValueError("含有换行或控制字符")
    return value


def _filled(value: str) -> str:
    if not value:
        raise ValueError("不能为空")
    return _text(value)


def _number(value: str) -> str:
    if not _NUMBER.fullmatch(_filled(value)):
        raise ValueError("编号只能是字母、数字、连字符和下划线")
    return value


def _account(value: str) -> str:
    if not _ACCOUNT.fullmatch(_filled(value)):
        raise ValueError("户号只能是数字、字母和连字符，请把这一列存成文本，不要用科学计数")
    return value


def _phone(value: str) -> str:
    found = normal_phone(value)
    if found is None:
        raise ValueError("不是电话号码")
    return found


def _fen(value: str) -> int:
    if not _MONEY.fullmatch(value):
        raise ValueError("金额写成元，最多两位小数，例如86.50")
    return int(Decimal(value) * 100)


def _whole(value: str) -> int:
    if not re.fullmatch(r"\d{1,9}", value):
        raise ValueError("要写成不带小数的数字")
    return int(value)


def _day(value: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("日期写成2026-11-23")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("没有这一天") from None


def _moment(value: str, info: ValidationInfo) -> datetime:
    try:
        if len(value) < 16:  # a day alone is no moment
            raise ValueError
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("时间写成2026-11-23T10:30") from None
    if found.tzinfo is not None:
        return found
    # A time without a zone is on the utility's own clock.
    return found.replace(tzinfo=(info.context or {})["zone"])


def _flag(value: str) -> bool:
    lower = value.lower()
    if lower in _YES | _NO:
        return lower in _YES
    raise ValueError("写是或否")


def _period(value: str) -> str:
    if not _PERIOD.fullmatch(value):
        raise ValueError("账期写成2026-11")
    return value


def _region(value: str) -> str:
    if value not in region_ids():
        raise ValueError("不认识这个地区")
    return value


def _one_of(names: Mapping[str, tuple[str, ...]]) -> BeforeValidator:
    meaning = {alias: name for name, aliases in names.items() for alias in (name, *aliases)}

    def read(value: str) -> str:
        if value.lower() not in meaning:
            raise ValueError(f"不认识“{value[:20]}”，可以写{'、'.join(names)}")
        return meaning[value.lower()]

    return BeforeValidator(read)


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z_]{0,39}", value):
        raise ValueError("写成小写英文，例如residential")
    return value


def _optional(read: Any) -> BeforeValidator:
    return BeforeValidator(lambda value: None if value == "" else read(value))


def _optional_moment(value: str, info: ValidationInfo) -> datetime | None:
    return _moment(value, info) if value else None


Text = Annotated[str, BeforeValidator(_text)]
FilledText = Annotated[str, BeforeValidator(_filled)]
Number = Annotated[str, BeforeValidator(_number)]
AccountNumber = Annotated[str, BeforeValidator(_account)]
Fen = Annotated[int, BeforeValidator(_fen)]
Day = Annotated[date, BeforeValidator(_day)]


class Row(BaseModel):
    """One row of a file; every field is read from the text of its cell."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Number


class CustomerRow(Row):
    """A customer."""

    name: FilledText
    phone: Annotated[str, BeforeValidator(_phone)]
    vulnerable: Annotated[bool, BeforeValidator(_flag)] = False


class AccountRow(Row):
    """An account."""

    number: AccountNumber
    customer_number: Number
    region: Annotated[str, BeforeValidator(_region)]
    address: FilledText
    community: Text = ""
    line: Text = ""
    transformer: Text = ""
    zone: Annotated[
        str,
        _one_of({"urban": ("城市", "城区", ""), "rural": ("农村",), "remote": ("偏远", "边远", "特殊边远")}),
    ] = "urban"
    customer_class: Annotated[
        str,
        _one_of({"resident": ("居民", ""), "other": ("非居民", "工商业"), "important": ("重要", "重要用户")}),
    ] = "resident"
    tariff_class: Annotated[str, BeforeValidator(lambda text: _identifier(text or "residential"))] = (
        "residential"
    )
    contract_type: Annotated[
        str, _one_of({"postpaid": ("后付费", ""), "prepaid": ("预付费", "智能交费", "费控")})
    ] = "postpaid"
    people: Annotated[int | None, _optional(_whole)] = None
    low_income: Annotated[bool, BeforeValidator(_flag)] = False
    balance_fen: Annotated[int | None, _optional(_fen)] = None
    balance_at: Annotated[datetime | None, BeforeValidator(_optional_moment)] = None

    @model_validator(mode="after")
    def _a_balance_has_its_moment(self) -> "AccountRow":
        if (self.balance_fen is None) != (self.balance_at is None):
            raise ValueError("余额和读数时间要一起填")
        return self


class BillRow(Row):
    """A bill."""

    account_number: AccountNumber
    period: Annotated[str, BeforeValidator(_period)]
    kwh: Annotated[int, BeforeValidator(_whole)]
    amount_fen: Annotated[Fen, Field(ge=0)]
    declared_fen: Annotated[int, BeforeValidator(lambda text: _fen(text or "0")), Field(ge=0)] = 0
    issued_on: Day
    due_on: Day
    disputed: Annotated[bool, BeforeValidator(_flag)] = False

    @model_validator(mode="after")
    def _is_due_after_it_was_issued(self) -> "BillRow":
        if self.due_on < self.issued_on:
            raise ValueError("交费截止日早于出账日")
        return self


class PaymentRow(Row):
    """A payment; a negative one takes an earlier one back."""

    account_number: AccountNumber
    bill_number: Annotated[str | None, _optional(_number)] = None
    amount_fen: Fen
    paid_at: Annotated[datetime, BeforeValidator(_moment)]


ROWS: Mapping[str, type[Row]] = {
    "customers": CustomerRow,
    "accounts": AccountRow,
    "bills": BillRow,
    "payments": PaymentRow,
}

# The first name of a field is the usual one. Names are compared without spaces, underlines and case.
_NUMBER_OF = {
    "customers": ("number", "customer_number", "客户编号", "用户编号"),
    "accounts": ("number", "account_number", "户号", "用电户号"),
    "bills": ("number", "bill_number", "账单编号", "账单号"),
    "payments": ("number", "payment_number", "缴费编号", "交费编号", "流水号"),
}
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "客户名称", "户名", "姓名"),
    "phone": ("phone", "电话", "手机", "手机号", "联系电话"),
    "vulnerable": ("vulnerable", "需要关照", "特殊客户"),
    "customer_number": ("customer_number", "customer", "客户编号", "用户编号"),
    "account_number": ("account_number", "account", "户号", "用电户号"),
    "bill_number": ("bill_number", "bill", "账单编号", "账单号"),
    "region": ("region", "地区"),
    "address": ("address", "用电地址", "地址"),
    "community": ("community", "小区"),
    "line": ("line", "线路"),
    "transformer": ("transformer", "台区", "公变"),
    "zone": ("zone", "区域", "城乡"),
    "customer_class": ("customer_class", "class", "客户类别", "用户类别"),
    "tariff_class": ("tariff_class", "tariff", "电价类别"),
    "contract_type": ("contract_type", "contract", "交费方式", "合同类型"),
    "people": ("people", "人口", "人数"),
    "low_income": ("low_income", "低保"),
    "balance_fen": ("balance", "余额"),
    "balance_at": ("balance_at", "余额时间", "读数时间"),
    "period": ("period", "账期", "电费年月"),
    "kwh": ("kwh", "电量", "用电量"),
    "amount_fen": ("amount", "金额", "电费"),
    "declared_fen": ("paid", "已交金额", "已缴金额"),
    "issued_on": ("issued_on", "issued", "出账日", "出账日期"),
    "due_on": ("due_on", "due", "交费截止日", "截止日期"),
    "disputed": ("disputed", "有争议"),
    "paid_at": ("paid_at", "交费时间", "缴费时间", "moment"),
}


def columns(kind: str) -> dict[str, tuple[str, ...]]:
    """Return the names that each field of a kind of file may have, the usual one first."""
    return {
        field: _NUMBER_OF[kind] if field == "number" else _COLUMNS[field] for field in ROWS[kind].model_fields
    }


def column_of(kind: str, field: str) -> str:
    """Return the usual column name of a field."""
    return columns(kind)[field][0]
