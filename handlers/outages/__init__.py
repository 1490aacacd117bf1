"""What we know of power cuts and whom they concern."""
