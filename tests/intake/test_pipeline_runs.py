"""Whatever a request says of runs becomes a run or a problem, never an error of the service."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.intake.pipeline_runs import (
    WantedRun,
    check_registration,
    check_run,
)
from aind_data_transfer_service.wire.problems import Problem

NAMES = st.sampled_from(
    (
        "run_params", "capture_settings", "data_assets", "parameters", "named_parameters",
        "processes", "capsule_id", "pipeline_id", "id", "mount", "name", "value", "param_name",
        "tags", "target", "aws", "bucket", "permissions", "users", "everyone", "custom_metadata",
        "process_name_suffix_tz", "docdb_settings", "computation_timeout", "alert_url", "unknown",
    )
)  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(("", "UTC", "viewer", "owner", "x"))
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
SETTINGS = st.dictionaries(NAMES, JSON, max_size=5)
RUN_PARAMS = st.fixed_dictionaries({"pipeline_id": st.just("p")}, optional={"data_assets": JSON})


@given(
    SETTINGS
    | st.fixed_dictionaries({"run_params": RUN_PARAMS}, optional={"capture_settings": JSON})
)
def test_a_run_or_a_problem_with_its_place(settings: dict[str, Any]) -> None:
    problems: list[Problem] = []
    checked = check_run(WantedRun(settings, ("here",)), problems)
    assert (checked is None) == bool(problems)
    assert all(problem.loc[0] == "here" and problem.message for problem in problems)
    if checked is not None:
        again = check_run(WantedRun(checked.settings, ("here",)), problems)
        assert again == checked


@given(SETTINGS)
def test_a_registration_or_a_problem_with_its_place(settings: dict[str, Any]) -> None:
    assert all(problem.loc[0] == "here" for problem in check_registration(settings, ("here",)))


def test_what_is_not_known_is_left_out_wherever_it_is() -> None:
    problems: list[Problem] = []
    given_settings = {
        "run_params": {
            "capsule_id": "c",
            "new": 1,
            "data_assets": [{"id": "a", "new": 1}],
            "processes": [{"name": "p", "named_parameters": [], "new": {"a": 1}}],
        },
        "capture_settings": {"tags": [], "target": {"aws": {"bucket": "b", "new": 1}, "gcp": {}}},
    }
    checked = check_run(WantedRun(given_settings, ()), problems)
    assert not problems
    assert checked is not None
    assert "new" not in str(checked.settings)
    assert checked.settings["capture_settings"]["target"] == {"aws": {"bucket": "b"}}
