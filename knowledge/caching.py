"""Remembering what a method returned, without keeping its object alive."""

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast
from weakref import WeakMethod

__all__ = ["remembering"]

P = ParamSpec("P")
R = TypeVar("R")


def remembering(method: Callable[P, R], *, most: int) -> Callable[P, R]:
    """Return a bound method that remembers its newest `most` results; it lives as long as its object.

    A cache that held the object would be held by it in turn: a library that was replaced would stay until
    the garbage collector looks, and never go once the collector was told to leave the old ones alone.
    """
    held = WeakMethod(method)

    def call(*arguments: Hashable) -> R:
        alive = held()
        assert alive is not None, "only the object itself holds this"
        return cast("Callable[..., R]", alive)(*arguments)

    return cast("Callable[P, R]", lru_cache(maxsize=most)(call))
