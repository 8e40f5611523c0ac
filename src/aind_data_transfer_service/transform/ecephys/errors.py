"""What can be wrong with a recording."""

from aind_data_transfer_service.errors import Defect, InvalidInput


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


class MetadataProofFailed(Defect):
    """SpikeInterface reads other metadata from the output than from the source."""

    code = "metadata_proof_failed"
