"""What the owner of an account may see and say about its bills."""

ACTS: dict[str, object] = {}
