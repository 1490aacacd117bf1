"""What we do: one file per wish of a customer or colleague."""
