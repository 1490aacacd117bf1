"""One folder for every way in."""
