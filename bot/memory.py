"""Memory of a process that keeps one large thing for as long as it lives, and changes it now and then."""

import contextlib
import ctypes
import gc

__all__ = ["settle"]


def settle() -> None:
    """Say that what is in memory now stays, and hand what was freed back to the system.

    Looking through the book for garbage would stop an answer for 20 ms; and without the second the C library
    would keep the room of every book there was, 50 MB and more.
    """
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)
