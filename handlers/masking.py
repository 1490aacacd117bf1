"""Hiding long numbers: in the staff group nobody sees a whole phone or account number."""

import re

# Phones and accounts, also written in groups; a ticket's number has letters before it and stays whole.
_LONG_NUMBER = re.compile(r"(?<![A-Za-z0-9-])\+?\d(?:[ -]?\d){6,}(?!\d)")


def hide_numbers(text: str) -> str:
    """Return the text with every number of seven digits or more cut to its last four."""
    return _LONG_NUMBER.sub(lambda found: tail(found.group()), text)


def tail(number: str) -> str:
    """Return how a phone or account number may be shown: its last four digits."""
    return f"尾号{''.join(one for one in number if one.isdigit())[-4:]}"
