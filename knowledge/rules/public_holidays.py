"""Public holidays of countries and years that chinesecalendar does not know, from the holidays library."""

from collections.abc import Mapping
from datetime import date
from functools import cache


@cache
def holidays_of(country: str | None, year: int) -> Mapping[date, str]:
    """Return the days off of a year with their names; nothing for a calendar without a country.

    The mainland's are the fixed holidays alone: which days are moved is known only from the year's notice.
    """
    if country is None:
        return {}
    import holidays  # takes a while, and most days need only chinesecalendar

    found = holidays.country_holidays(country, years=year, observed=country != "CN", language="en_US")
    return {on: str(name) for on, name in found.items()}


@cache
def makeup_days_of(country: str | None, year: int) -> frozenset[date]:
    """Return the weekend days of a year that are worked for a day off; the mainland's are not guessed."""
    if country is None or country == "CN":
        return frozenset()
    import holidays

    found = holidays.country_holidays(country, years=year)
    return frozenset(on for on in found.weekend_workdays if on.year == year)
