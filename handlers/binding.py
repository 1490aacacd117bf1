"""Proving that somebody belongs to an account: by their own shared number or by a one-time code."""

ACTS: dict[str, object] = {}
