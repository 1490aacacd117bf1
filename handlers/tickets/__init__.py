"""Tickets from the first word to the confirmed end: promises, evidence, merging, closing, surveys."""
