"""Law and promises as functions over values."""
