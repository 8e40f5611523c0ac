"""What can be wrong with a recording, or with the machine that compresses it."""

from aind_data_transfer_service.errors import Defect, InvalidInput, SettingsInvalid, TransferError


class OpenEphysNotFound(InvalidInput):
    """The folder holds no Open Ephys recording in binary format."""

    code = "open_ephys_not_found"
    what_to_do_default = (
        "Name the folder that holds 'Record Node …', recorded with the GUI's 'Binary' format."
    )


class OpenEphysStructureInvalid(InvalidInput):
    """A file that describes the recording cannot be understood."""

    code = "open_ephys_structure_invalid"
    what_to_do_default = "Copy the recording again from the acquisition computer."


class OpenEphysStreamMissing(InvalidInput):
    """A stream that structure.oebin names is not there."""

    code = "open_ephys_stream_missing"
    what_to_do_default = "Copy the recording again from the acquisition computer, whole."


class OpenEphysTruncated(InvalidInput):
    """A continuous.dat is shorter than it must be."""

    code = "open_ephys_truncated"
    what_to_do_default = (
        "Copy the file again from the acquisition computer; "
        "if it is short there too, the recording broke off."
    )


class OpenEphysLengthMismatch(InvalidInput):
    """The files that hold a stream's times do not fit its samples."""

    code = "open_ephys_length_mismatch"
    what_to_do_default = "Copy the stream's folder again from the acquisition computer."


class OpenEphysUnreadable(InvalidInput):
    """SpikeInterface cannot read the recording, or not all of it."""

    code = "open_ephys_unreadable"
    what_to_do_default = "Open the folder with spikeinterface.extractors.read_openephys to see why."


class OutputInsideSource(InvalidInput):
    """The source and a folder that is written overlap."""

    code = "output_inside_source"
    what_to_do_default = "Choose an output folder outside of the source folder."


class TransformStackMissing(SettingsInvalid):
    """A library the compression needs is not installed."""

    code = "transform_stack_missing"
    what_to_do_default = "Run: pip install 'aind-data-transfer-service[transforms]'."


class LosslessProofFailed(TransferError):
    """What was written does not decode to the source."""

    code = "lossless_proof_failed"
    what_to_do_default = (
        "The result was not accepted. Retry; if it happens again, check the machine's disk "
        "and memory."
    )
    retryable = True


class MetadataProofFailed(Defect):
    """SpikeInterface reads other metadata from the output than from the source."""

    code = "metadata_proof_failed"
