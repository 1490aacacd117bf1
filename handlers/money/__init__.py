"""Accounts, bills and reminders, and the files they come from."""
