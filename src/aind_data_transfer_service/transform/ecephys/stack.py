"""The libraries that the compression needs."""

from importlib.util import find_spec

from aind_data_transfer_service.transform.errors import TransformStackMissing

_LIBRARIES = ("neo", "numcodecs", "numpy", "pcodec", "probeinterface", "spikeinterface", "zarr")


def require_stack(codec: str) -> None:
    """Raise ``TransformStackMissing`` unless all that ``codec`` needs can be imported."""
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        raise TransformStackMissing(
            f"Compressing ecephys data needs {', '.join(missing)}: not installed here. "
            "They come with the extra 'transforms'.",
            missing=missing,
        )
    if codec == "wavpack" and find_spec("wavpack_numcodecs") is None:
        raise TransformStackMissing(
            "codec 'wavpack' needs wavpack-numcodecs, which is not installed here and is not "
            "part of the extra 'transforms'; codec 'pcodec' is.",
            what_to_do="Choose codec 'pcodec', or run: pip install wavpack-numcodecs "
            "(on most systems it needs the system's libwavpack first).",
            missing=["wavpack-numcodecs"],
        )
