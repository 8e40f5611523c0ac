"""Encodes one video, frame by frame, each with its own time."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import av
from av.container import InputContainer, OutputContainer
from av.filter import Graph
from av.packet import Packet
from av.stream import Stream
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from ..errors import SourceProblem
from .errors import VideosNotCompressible
from .recipe import Recipe
from .videos import Video

OnRead = Callable[[int], None]

# AVCOL_PRI_BT709, AVCOL_TRC_BT709 and AVCOL_SPC_BT709; AVCOL_RANGE_MPEG
_BT709, _LIMITED = 1, 1
_UNSPECIFIED, _RANGE_UNSPECIFIED = 2, 0
# What cameras' videos are that do not say it: `setparams_filter_for_source` of aind-video-utils.
_PRIMARIES, _TRANSFER, _MATRIX, _MATRIX_OF_GBR, _RANGE = 1, 8, 6, 0, 2


def encode(video: Video, output: Path, threads: int, on_read: OnRead) -> Sequence[float]:
    """Write ``video`` to ``output``, an MP4 file, and return the time of each frame in seconds.

    ``on_read`` is told the bytes of each packet. Raises `VideosNotCompressible` if the video is
    damaged, or cannot be written with the times that its frames have.
    """
    options = {"movflags": "+faststart+write_colr"}
    try:
        with (
            av.open(str(video.path)) as source,
            av.open(str(output), "w", format="mp4", options=options) as target,
        ):
            target.metadata.update(source.metadata)
            return _Encoding(source, target, video.recipe, threads).run(on_read)
    except (av.FFmpegError, ValueError) as error:
        what = f"cannot be read or encoded: {error}"
        raise _not_compressible(video, "video_damaged", what) from error
    except _Wrong as wrong:
        raise _not_compressible(video, wrong.code, str(wrong)) from wrong


class _Wrong(Exception):
    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


class _Encoding:
    def __init__(
        self, source: InputContainer, target: OutputContainer, recipe: Recipe, threads: int
    ) -> None:
        self._source, self._target, self._recipe = source, target, recipe
        self._read = source.streams.video[0]
        self._read.thread_type = "AUTO"
        # A picture with errors is an error, not something to paint over.
        self._read.codec_context.options = {"err_detect": "explode"}
        self._filters = _filters(self._read, recipe)
        self._threads = threads
        self._written: VideoStream | None = None
        self._sound: dict[int, Stream] = {
            stream.index: target.add_stream_from_template(stream) for stream in source.streams.audio
        }
        self._early_sound: list[Packet[Any]] = []
        """Sound from before the first picture: all streams must be known when one is written."""

    def run(self, on_read: OnRead) -> Sequence[float]:
        clock = _Clock()
        packets = 0
        for packet in self._source.demux(self._read, *self._source.streams.audio):
            on_read(packet.size)
            if packet.stream.index in self._sound:
                self._copy(packet)
                continue
            packets += bool(packet.size)
            for frame in self._read.decode(packet):
                clock.note(frame)
                self._filters.vpush(frame)
                self._write_filtered()
        self._filters.vpush(None)
        self._write_filtered()
        promised = self._read.frames
        if packets < promised:
            what = f"has {packets} of the {promised} frames that its header promises"
            raise _Wrong("video_cut_short", what)
        if self._written is None:
            raise _Wrong("video_empty", "has no frames")
        self._target.mux(self._written.encode(None))
        return clock.times

    def _copy(self, packet: "Packet[Any]") -> None:
        if packet.dts is None:  # the last one is empty
            return
        packet.stream = self._sound[packet.stream.index]
        if self._written is None:
            self._early_sound.append(packet)
        else:
            self._target.mux(packet)

    def _write_filtered(self) -> None:
        for frame in _pulled(self._filters):
            if self._written is None:
                self._written = self._open(frame)
                self._target.start_encoding()
                self._target.mux(self._early_sound)
            frame.pict_type = PictureType.NONE  # the encoder chooses
            self._target.mux(self._written.encode(frame))

    def _open(self, first: VideoFrame) -> VideoStream:
        """Begin to write; the size is known only now, as filters may change it."""
        options = dict(self._recipe.options)
        stream = cast("VideoStream", self._target.add_stream(self._recipe.codec, options=options))
        stream.width, stream.height = first.width, first.height
        stream.pix_fmt = self._recipe.pixel_format
        coder, read = stream.codec_context, self._read.codec_context
        if self._read.time_base is not None:
            stream.time_base = coder.time_base = self._read.time_base
        if self._read.guessed_rate is not None:
            coder.framerate = self._read.guessed_rate
        coder.thread_count = self._threads
        if self._recipe.colours_are_bt709:
            coder.color_primaries = coder.color_trc = coder.colorspace = _BT709
            coder.color_range = _LIMITED
        else:
            coder.color_primaries, coder.color_trc = read.color_primaries, read.color_trc
            coder.colorspace, coder.color_range = first.colorspace, first.color_range
        return stream


class _Clock:
    """Makes sure that each frame has a time, later than the one before it."""

    def __init__(self) -> None:
        self.times = array("d")  # seconds
        self._last: int | None = None

    def note(self, frame: VideoFrame) -> None:
        if frame.pts is None or (self._last is not None and frame.pts <= self._last):
            what = f"tells no time, or an earlier one, for frame {len(self.times)}"
            raise _Wrong("video_untimed", what)
        self._last = frame.pts
        self.times.append(frame.time)


def _filters(stream: VideoStream, recipe: Recipe) -> Graph:
    graph = Graph()
    last = graph.add_buffer(template=stream)
    for text in (_source_colours(stream), *recipe.filters):
        name, _, arguments = text.partition("=")
        following = graph.add(name, arguments or None)
        last.link_to(following)
        last = following
    last.link_to(graph.add("buffersink"))
    graph.configure()
    return graph


def _source_colours(stream: VideoStream) -> str:
    """Say the colours of the source to the filters, and fill in those that it does not say."""
    coder = stream.codec_context
    matrix = _MATRIX_OF_GBR if (coder.pix_fmt or "").startswith("gbr") else _MATRIX
    told = {
        "color_primaries": _or(coder.color_primaries, _UNSPECIFIED, _PRIMARIES),
        "color_trc": _or(coder.color_trc, _UNSPECIFIED, _TRANSFER),
        "colorspace": _or(coder.colorspace, _UNSPECIFIED, matrix),
        "range": _or(coder.color_range, _RANGE_UNSPECIFIED, _RANGE),
    }
    return "setparams=" + ":".join(f"{name}={value}" for name, value in told.items())


def _or(value: int, unspecified: int, default: int) -> int:
    return default if value == unspecified else value


def _pulled(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            frame = graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return
        yield frame


def _not_compressible(video: Video, code: str, what: str) -> VideosNotCompressible:
    return VideosNotCompressible([SourceProblem(code, str(video.path), what)])
