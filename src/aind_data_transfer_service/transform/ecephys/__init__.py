"""Lossless compression of extracellular electrophysiology recorded by the Open Ephys GUI."""

from aind_data_transfer_service.transform.ecephys.api import compress_open_ephys
from aind_data_transfer_service.transform.ecephys.result import EcephysResult, StreamResult
from aind_data_transfer_service.transform.ecephys.settings import EcephysSettings

__all__ = ["EcephysResult", "EcephysSettings", "StreamResult", "compress_open_ephys"]
