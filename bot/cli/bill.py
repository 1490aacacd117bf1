"""Computing a bill from the published tariffs."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from bot.cli.common import JsonFlag, Refusal, print_json
from knowledge.rules.bill_wording import explain
from knowledge.rules.regions import read_region, region_ids
from knowledge.rules.tariff_book import NoTariffInForce, default_book
from knowledge.rules.tariffs import BillEstimate, BillQuestion
from knowledge.rules.tariffs import bill as compute


def bill(
    region: Annotated[str, typer.Option(help="Region, e.g. shanghai or 上海.")],
    month: Annotated[
        str, typer.Option(metavar="YYYY-MM", help="Month of the bill (the last one, where it covers two).")
    ],
    kwh: Annotated[str | None, typer.Option(help="Consumption in kWh.")] = None,
    used_this_year: Annotated[
        str | None,
        typer.Option(help="kWh used before in this calendar year, for tiers that count by the year."),
    ] = None,
    peak: Annotated[str | None, typer.Option(help="kWh at peak hours.")] = None,
    valley: Annotated[str | None, typer.Option(help="kWh at valley hours.")] = None,
    people: Annotated[int | None, typer.Option(help="Persons in the household.", min=1, max=99)] = None,
    low_income: Annotated[
        bool, typer.Option(help="The household has the free quota of low incomes.")
    ] = False,
    customer: Annotated[
        str, typer.Option(help="Class of use, e.g. residential, shared_meter, ev_pile.")
    ] = "residential",
    voltage: Annotated[str, typer.Option(help="lv (below 1 kV) or mv.")] = "lv",
    as_json: JsonFlag = False,
) -> None:
    """Estimate a bill with every step shown; totals are rounded once, at the end."""
    if kwh is None and (peak is None or valley is None):
        raise typer.BadParameter("give --kwh, or --peak and --valley")
    place = region if region in region_ids() else read_region(region)
    if place is None:
        raise Refusal(
            f"--region: {region!r} is no region that we have prices for ({', '.join(region_ids())})"
        )
    classes = default_book().policy.classes
    if customer not in classes:
        raise Refusal(f"--customer: {customer!r} is none of {', '.join(classes)}")
    if voltage not in ("lv", "mv"):
        raise Refusal(f"--voltage: {voltage!r} is neither lv nor mv")
    question = BillQuestion(
        region=place,
        month=_month(month),
        kwh=_number("--kwh", kwh),
        customer=customer,
        voltage=voltage,  # type: ignore[arg-type]  # checked above
        used_this_year=_number("--used-this-year", used_this_year),
        peak_kwh=_number("--peak", peak),
        valley_kwh=_number("--valley", valley),
        people=people,
        low_income=low_income,
        month_named=True,
        region_named=True,
    )
    try:
        estimate = compute(question)
    except (NoTariffInForce, ValueError) as error:
        raise Refusal(getattr(error, "sentence", str(error))) from None
    if as_json:
        print_json(document(estimate))
    else:
        print("\n".join(explain(estimate)).replace("**", ""))


def document(estimate: BillEstimate) -> dict[str, Any]:
    """Return an estimate for a machine; amounts are decimal strings."""
    return {
        "region": estimate.question.region,
        "month": estimate.question.month.strftime("%Y-%m"),
        "lines": [
            {
                "label": line.label,
                "kwh": None if line.kwh is None else str(line.kwh),
                "price": None if line.price is None else str(line.price),
                "amount": str(line.amount),
                "note": line.note,
            }
            for line in estimate.lines
        ],
        "total": str(estimate.total),
        "unrounded": str(estimate.unrounded),
        "currency": estimate.currency,
        "estimate": True,
        "assumptions": list(estimate.assumptions),
        "alternatives": [{"label": one.label, "total": str(one.total)} for one in estimate.alternatives],
        "sources": list(estimate.sources),
        "confirmed": estimate.confirmed,
    }


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Refusal(f"--month: {text!r} is not a month like 2026-07") from None


def _number(name: str, text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Refusal(f"{name}: {text!r} is not a number") from None
    if not number.is_finite() or number < 0:
        raise Refusal(f"{name}: {text!r} must be zero or more")
    return number
