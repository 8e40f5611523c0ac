"""Gives back to the system the memory that something large needed for a while."""

import ctypes
import gc


def give_back() -> None:
    """Collect what is garbage and return pages that hold nothing, where the C library can."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it
    if trim is not None:
        trim(0)
