"""What we know: entries, search, tariffs, promises, calendars."""
