"""Lossless compression of image stacks recorded by a SmartSPIM light-sheet microscope."""

from .api import compress_stacks, find_session, write_picture
from .result import SmartSpimResult, StackResult
from .session import Session
from .settings import SmartSpimSettings
from .stacks import Stack

__all__ = [
    "Session",
    "SmartSpimResult",
    "SmartSpimSettings",
    "Stack",
    "StackResult",
    "compress_stacks",
    "find_session",
    "write_picture",
]
