import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from aind_data_transfer_service.transform.behavior_videos.recipe import recipe_of_options
from aind_data_transfer_service.transform.behavior_videos.settings import (
    BehaviorVideosSettings,
    CompressionRequest,
)


def test_the_named_ways_are_those_of_the_file_standard() -> None:
    recipe = CompressionRequest().recipe

    assert recipe is not None
    assert (recipe.codec, recipe.pixel_format) == ("libx264", "yuv420p")
    assert recipe.options == {"preset": "slow", "crf": "18"}
    assert recipe.filters[2] == "colorspace=all=bt709:dither=none"
    for name in ("gamma", "gamma fix colorspace"):
        same = CompressionRequest.model_validate({"compression_enum": name})
        assert same.recipe == recipe


def test_brightness_may_be_left_as_it_is_and_files_too() -> None:
    linear = CompressionRequest(compression_enum="no gamma").recipe

    assert linear is not None
    assert not linear.colours_are_bt709
    assert CompressionRequest(compression_enum="no compression").recipe is None


def test_options_of_ffmpeg_are_read() -> None:
    recipe = recipe_of_options(
        '-c:v libx265 -preset fast -crf 30 -pix_fmt yuv420p10le -vf "hflip, scale=320:-2" -b:v 2M'
    )

    assert recipe.codec == "libx265"
    assert recipe.options == {"preset": "fast", "crf": "30", "b": "2M"}
    assert recipe.filters == ("hflip", "scale=320:-2", "format=yuv420p10le")
    assert recipe.pixel_format == "yuv420p10le"
    assert not recipe.keeps_size


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("/etc/cron.d/evil.mp4", "/etc/cron.d/evil.mp4"),
        ("-crf 18 second.mp4 -y", "second.mp4"),
        ("-y", "-y"),
        ("-vf movie=/etc/passwd", "movie=/etc/passwd"),
        ("-vf drawtext=textfile=/etc/shadow", "drawtext"),
        ("-vf scale=10:10:param0=/etc/passwd;movie=x", "scale"),
        ("-x264-params stats=/tmp/x", "-x264-params"),
        ("-f lavfi", "-f"),
        ("-c:v rawvideo", "rawvideo"),
        ("-vf fps=1", "fps=1"),
        ("-crf '18 -y'", "-crf"),
        ("-filter_complex x", "-filter_complex"),
    ],
)
def test_options_that_reach_further_are_refused_by_name(options: str, named: str) -> None:
    with pytest.raises(ValueError, match=r"is not|no value") as refused:
        recipe_of_options(options)

    assert named in str(refused.value)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        recipe = recipe_of_options(text)
    except ValueError:
        return
    assert recipe.filters[-1] == f"format={recipe.pixel_format}"


@pytest.mark.parametrize(
    "settings",
    [
        {"compression_requested": {"compression_enum": "best"}},
        {"compression_requested": {"user_ffmpeg_output_options": "-crf 3"}},
        {
            "compression_requested": {
                "compression_enum": "user defined",
                "user_ffmpeg_input_options": "-f lavfi",
            }
        },
        {"file_filter": "("},
        {"ffmpeg_thread_cnt": -1},
        {"compression": "default"},
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        BehaviorVideosSettings.model_validate(settings)
