"""The ways in which the server says no."""

from typing import Any


class Refusal(Exception):
    """Raised where Telegram would answer with an error."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def document(self) -> dict[str, Any]:
        """Return the body of the answer."""
        found: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            found["parameters"] = self.parameters
        return found


def bad(text: str) -> Refusal:
    """Return the refusal of a request that is wrong."""
    return Refusal(400, f"Bad Request: {text}")


def too_fast(seconds: int) -> Refusal:
    """Return the refusal of a request that comes too early."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
