"""What can be wrong with behavior videos."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from ...errors import InvalidInput, TransferError

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one video cannot be compressed, and which."""

    code: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path} {self.message}"


class VideosNotCompressible(InvalidInput):
    """Videos that cannot be compressed as they are; ``details`` names all of them."""

    code = "videos_not_compressible"
    what_to_do_default = (
        "Copy damaged videos again from the acquisition computer. Let the others be taken as they"
        " are: name them in video_specific_compression_requests with 'no compression'."
    )

    def __init__(self, problems: Sequence[Problem]) -> None:
        shown = "; ".join(str(problem) for problem in problems[:_SHOWN])
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        super().__init__(f"{shown}{more}.", problems=[asdict(problem) for problem in problems])
        self.problems = tuple(problems)


class FramesProofFailed(TransferError):
    """A video that was written does not have every frame of its source at its time."""

    code = "frames_proof_failed"
    what_to_do_default = (
        "The result was not accepted. Retry; if it happens again, let the video be taken as it is,"
        " and report it."
    )
    retryable = True
