"""How a video is encoded: the named ways, and the options of ffmpeg that a user may give.

The filters and the encoder's settings of the named ways are those of ``aind-video-utils`` 0.11
(``OFFLINE_8BIT``, file standard for behavior videos 0.4.1). Options are read, never handed to a
command: only those that name no file and no second output are taken.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

USER_DEFINED = "user defined"

_EXACT = "accurate_rnd+full_chroma_int"
_BT709 = (
    f"scale=out_color_matrix=bt709:out_range=full:flags={_EXACT}+full_chroma_inp:sws_dither=none",
    "format=yuv420p10le",
    "colorspace=all=bt709:dither=none",
    f"scale=out_range=tv:flags={_EXACT}:sws_dither=bayer",
    "format=yuv420p",
)
_LINEAR = ("scale=out_range=tv:sws_dither=none", "format=yuv420p")
_NAMED = {
    "default": _BT709,
    "gamma": _BT709,
    "gamma fix colorspace": _BT709,
    "no gamma": _LINEAR,
}
_ENCODER_OPTIONS = {"preset": "slow", "crf": "18"}

_CODECS = ("libx264", "libx265", "libsvtav1")
_FILTERS = frozenset(
    {"colorspace", "crop", "format", "hflip", "lutyuv", "pad", "scale", "setparams", "setsar"}
    | {"transpose", "vflip"}
)
_CHANGE_SIZE = frozenset({"crop", "pad", "scale", "transpose"})
_CODEC_OPTION = re.compile(r"-(?:c|codec):v|-vcodec")
_FILTER_OPTION = re.compile(r"-(?:vf|filter:v)")
_ENCODER_OPTION = re.compile(r"-(preset|crf|qp|tune|profile|level|g|bf|b|maxrate|bufsize)(?::v)?")
_WORD = re.compile(r"[\w.+-]+")
_FILTER = re.compile(r"([a-z0-9]+)(?:=([\w.:=+|*/()-]*))?")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a video is encoded."""

    codec: str = "libx264"
    options: Mapping[str, str] = field(default_factory=lambda: dict(_ENCODER_OPTIONS))
    """Of the encoder."""
    filters: tuple[str, ...] = ()
    """One after the other, as ffmpeg writes them."""
    pixel_format: str = "yuv420p"
    keeps_size: bool = True
    """Whether no filter changes width and height."""
    colours_are_bt709: bool = False
    """Whether the result has the colours of BT.709, limited range, and says so."""


def recipe_named(name: str) -> Recipe | None:
    """Return one of the named ways; None for "no compression"."""
    filters = _NAMED.get(name)
    if filters is None:
        return None
    return Recipe(filters=filters, colours_are_bt709=filters is _BT709)


def recipe_of_options(text: str) -> Recipe:
    """Read output options of ffmpeg; raises `ValueError` that names the one that is not taken."""
    codec, pixel_format = "libx264", "yuv420p"
    filters: tuple[str, ...] = ()
    options: dict[str, str] = {}
    for name, value in _pairs(text):
        if _FILTER_OPTION.fullmatch(name):
            filters = tuple(_filters(value))
            continue
        if not _WORD.fullmatch(value):
            raise ValueError(f"{name} {value!r} is not taken")
        if _CODEC_OPTION.fullmatch(name):
            if value not in _CODECS:
                raise ValueError(f"{name} {value!r} is not taken. Allowed: {', '.join(_CODECS)}")
            codec = value
        elif name == "-pix_fmt":
            pixel_format = value
        elif match := _ENCODER_OPTION.fullmatch(name):
            options[match[1]] = value
        elif name != "-movflags":  # the index is always at the front
            raise ValueError(
                f"{name} is not taken. Allowed: -c:v, -pix_fmt, -vf, -preset, -crf, -qp, -tune,"
                " -profile:v, -level, -g, -bf, -b:v, -maxrate, -bufsize"
            )
    return Recipe(
        codec=codec,
        options=options,
        filters=(*filters, f"format={pixel_format}"),
        pixel_format=pixel_format,
        keeps_size=not any(text.partition("=")[0] in _CHANGE_SIZE for text in filters),
    )


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield options and their values; nothing may stand alone, least of all a second output."""
    words = shlex.split(text)
    for name, value in zip(words[::2], words[1::2], strict=False):
        if not name.startswith("-"):
            raise ValueError(f"{name!r} is not an option of ffmpeg")
        yield name, value
    if len(words) % 2:
        raise ValueError(f"{words[-1]!r} has no value")


def _filters(chain: str) -> Iterator[str]:
    for text in chain.split(","):
        match = _FILTER.fullmatch(text.strip())
        if match is None or match[1] not in _FILTERS:
            raise ValueError(
                f"the filter {text!r} is not taken. Allowed: {', '.join(sorted(_FILTERS))}"
            )
        yield text.strip()
