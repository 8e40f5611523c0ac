"""What every `MetadataSource` must do; each adapter's tests subclass `MetadataSourceTests`."""

import json
from abc import abstractmethod
from pathlib import Path
from typing import Any

import pytest

from ..domain.pipeline import TaskId
from ..domain.plan import JobPlan, ModalityPlan, TaskPlan
from ..metadata.files import KNOWN_FILES
from ..ports.metadata_source import GatherRequest, MetadataSource

_WANTED: dict[str, Any] = {"rig_settings": {"rig_id": "323_EPHYS1"}}


class MetadataSourceTests:
    """The port's promises."""

    @pytest.fixture
    @abstractmethod
    def source(self) -> MetadataSource:
        """Return the source under test."""

    @pytest.fixture
    def plan(self) -> JobPlan:
        """Return a job whose session brings nothing."""
        modality = ModalityPlan(
            name="Behavior", abbreviation="behavior", source="/s", compress=False
        )
        return JobPlan(
            asset_name="ecephys_690165_2024-02-19_11-25-17",
            bucket="private",
            storage_url="s3://bucket",
            project_name="Ephys Platform",
            platform="ecephys",
            platform_name="Electrophysiology platform",
            subject_id="690165",
            acq_datetime="2024-02-19T11:25:17",
            job_type="ecephys",
            modalities=(modality,),
            tasks=(TaskPlan(task_id=TaskId.GATHER_PRELIMINARY_METADATA),),
            request={},
        )

    def test_it_gives_documents_under_names_that_assets_know(
        self, source: MetadataSource, plan: JobPlan, tmp_path: Path
    ) -> None:
        gathered = source.gather(_request(plan, tmp_path, _WANTED))
        assert set(gathered.documents) <= set(KNOWN_FILES)
        assert set(gathered.failures).isdisjoint(gathered.documents)
        for document in gathered.documents.values():
            assert json.loads(json.dumps(document)) == document

    def test_it_gives_nothing_that_the_session_brings(
        self, source: MetadataSource, plan: JobPlan, tmp_path: Path
    ) -> None:
        gathered = source.gather(_request(plan, tmp_path, _WANTED, frozenset(KNOWN_FILES)))
        assert gathered.documents == {}
        assert gathered.failures == {}

    def test_what_is_asked_for_is_given_or_told(
        self, source: MetadataSource, plan: JobPlan, tmp_path: Path
    ) -> None:
        gathered = source.gather(_request(plan, tmp_path, _WANTED))
        told = " ".join(gathered.warnings)
        assert "rig.json" in gathered.documents or "rig" in told or "rig.json" in gathered.failures

    def test_it_has_a_name_for_people(self, source: MetadataSource) -> None:
        assert source.name.strip()


def _request(
    plan: JobPlan,
    scratch: Path,
    settings: dict[str, Any],
    given: frozenset[str] = frozenset(),
) -> GatherRequest:
    return GatherRequest(plan, settings, given, (), scratch)
