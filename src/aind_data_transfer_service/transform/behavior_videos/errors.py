"""What can be wrong with behavior videos."""

from ...errors import TransferError
from ..errors import SourceInvalid


class VideosNotCompressible(SourceInvalid):
    """Videos that cannot be compressed as they are; ``details`` names all of them."""

    code = "videos_not_compressible"
    what_to_do_default = (
        "Copy damaged videos again from the acquisition computer. Let the others be taken as they"
        " are: name them in video_specific_compression_requests with 'no compression'."
    )


class FramesProofFailed(TransferError):
    """A video that was written does not have every frame of its source at its time."""

    code = "frames_proof_failed"
    what_to_do_default = (
        "The result was not accepted. Retry; if it happens again, let the video be taken as it is,"
        " and report it."
    )
    retryable = True
