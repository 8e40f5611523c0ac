"""The one entry. It imports nothing heavy, so that it can say what is not installed."""

from collections.abc import Callable
from pathlib import Path

from aind_data_transfer_service.transform.ecephys.result import EcephysResult
from aind_data_transfer_service.transform.ecephys.settings import EcephysSettings
from aind_data_transfer_service.transform.ecephys.stack import require_stack


def compress_open_ephys(
    source: Path,
    output: Path,
    settings: EcephysSettings,
    progress: Callable[[int, int], None],
) -> EcephysResult:
    """Compress an Open Ephys session without loss, and prove it.

    The output holds two folders, which belong to this function alone (anything else in them is
    removed):

    ``ecephys_clipped/``
        The session as it is, but each ``continuous.dat`` cut to its first frames.
    ``ecephys_compressed/<experiment>_<Record Node N#stream>.zarr``
        One recording in SpikeInterface's Zarr format for each stream of each experiment, with
        the traces, times, channel properties and probe that SpikeInterface reads in the source.

    The traces are the source's integer counts, exactly. No median is subtracted and no step size
    divided out: that would lose the original counts.

    Each stored chunk is read back, decoded the way readers do and compared with the source. A
    stream gets its name only after that, so a run that was killed leaves nothing that looks
    whole; the next run keeps the finished streams and chunks of the same source.

    Parameters
    ----------
    source
        Folder that holds the session (``Record Node N/experimentK/recordingM/…``).
    output
        Folder to write to; made if it does not exist.
    progress
        Called with (bytes done, all bytes), at most about ten times a second. Counted are the
        bytes of the source's traces, each once, when its chunk is written *and* proven.

    Raises
    ------
    TransferError
        ``open_ephys_*``, ``output_inside_source`` or ``transform_stack_missing`` before any
        work; ``source_changed``, ``disk_full`` or ``lossless_proof_failed`` during it.
    """
    require_stack(settings.codec)
    from aind_data_transfer_service.transform.ecephys.compress import compress

    return compress(source, output, settings, progress)
