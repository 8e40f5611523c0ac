"""What can be wrong with a SmartSPIM session."""

from pathlib import Path

from ...errors import InvalidInput
from ..errors import SourceInvalid


class SmartSpimInvalid(SourceInvalid):
    """A SmartSPIM session cannot be compressed as it is; ``details`` names all that is wrong."""

    code = "smartspim_invalid"
    what_to_do_default = (
        "Copy what the message names again from the acquisition computer, whole, then retry."
    )


class ImageUnreadable(InvalidInput):
    """A slice is no whole image of the kind its name says."""

    code = "smartspim_image_unreadable"
    what_to_do_default = "Copy the image again from the acquisition computer, then retry."

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} {reason}.", path=str(path))
        self.path = path
        self.reason = reason


class StackMissing(InvalidInput):
    """A stack that was there when the sources were checked is gone."""

    code = "smartspim_stack_missing"
    what_to_do_default = "Copy it again from the acquisition computer, then retry."
