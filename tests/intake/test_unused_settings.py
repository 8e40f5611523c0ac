from typing import Any

from aind_data_transfer_service.intake.accepted import Accepted
from aind_data_transfer_service.wire.problems import Loc

from ..wire.v1.samples import request
from ..wire.v2.samples import request as v2_request
from . import test_v1, test_v2

_OPTIONS = {"compression_requested": {"compression_enum": "default"}}


def warned(accepted: Accepted) -> list[Loc]:
    code = "setting_without_effect"
    return [warning["loc"] for warning in accepted.warnings if warning["code"] == code]


class TestV1:
    def judge(self, **changes: Any) -> Accepted:
        videos = {"modality": "behavior-videos", "source": "/a"}
        return test_v1.accept(request(modalities=[videos | changes]))

    def test_settings_of_what_is_not_compressed_are_told(self) -> None:
        accepted = self.judge(job_settings=_OPTIONS)

        assert warned(accepted) == [("upload_jobs", 0, "modalities", 0, "job_settings")]
        assert "compress_raw_data" in accepted.warnings[0]["message"]

    def test_settings_of_what_is_compressed_are_not(self) -> None:
        assert warned(self.judge(job_settings=_OPTIONS, compress_raw_data=True)) == []
        assert warned(self.judge()) == []


class TestV2:
    def judge(self, settings: dict[str, Any]) -> Accepted:
        task = {"behavior-videos": {"job_settings": {"input_source": "/a", **settings}}}
        tasks = {test_v2.COMPRESS: task}
        return test_v2.accept(v2_request(modalities=["behavior-videos"], tasks=tasks))

    def test_settings_of_what_is_not_compressed_are_told(self) -> None:
        accepted = self.judge(_OPTIONS | {"compress_raw_data": False})

        place = ("upload_jobs", 0, "tasks", test_v2.COMPRESS, "behavior-videos", "job_settings")
        assert warned(accepted) == [place]

    def test_who_says_how_asks_for_compression(self) -> None:
        accepted = self.judge(_OPTIONS)

        assert accepted.plans[0].modalities[0].compress
        assert warned(accepted) == []

    def test_a_folder_alone_does_not(self) -> None:
        accepted = self.judge({})

        assert not accepted.plans[0].modalities[0].compress
        assert warned(accepted) == []
