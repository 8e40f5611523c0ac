"""The Slurm properties a modality may have."""

import pytest
from pydantic import ValidationError

from aind_data_transfer_service.wire.v1 import V0036JobProperties

TEXT = [
    "account",
    "account_gather_freqency",
    "array",
    "batch_features",
    "begin_time",
    "burst_buffer",
    "cluster_constraints",
    "comment",
    "constraints",
    "cpu_binding",
    "cpu_binding_hint",
    "cpu_frequency",
    "cpus_per_gpu",
    "current_working_directory",
    "deadline",
    "dependency",
    "distribution",
    "exclusive",
    "gres",
    "gres_flags",
    "gpu_binding",
    "gpu_frequency",
    "gpus",
    "gpus_per_node",
    "gpus_per_socket",
    "gpus_per_task",
    "licenses",
    "mail_type",
    "mail_user",
    "mcs_label",
    "memory_binding",
    "name",
    "nice",
    "open_mode",
    "partition",
    "priority",
    "qos",
    "reservation",
    "signal",
    "standard_error",
    "standard_in",
    "standard_out",
    "wckey",
]
NUMBERS = [
    "core_specification",
    "cores_per_socket",
    "cpus_per_task",
    "delay_boot",
    "memory_per_cpu",
    "memory_per_gpu",
    "memory_per_node",
    "minimum_cpus_per_node",
    "sockets_per_node",
    "tasks",
    "tasks_per_core",
    "tasks_per_node",
    "tasks_per_socket",
    "thread_specification",
    "threads_per_core",
    "time_limit",
    "time_minimum",
]
FLAGS = [
    "get_user_environment",
    "hold",
    "kill_on_invalid_dependency",
    "minimum_nodes",
    "no_kill",
    "requeue",
    "spread_job",
    "wait_all_nodes",
]
CHOICES = {
    "exclusive": ("user", "mcs", "true", "false"),
    "gres_flags": ("disable-binding", "enforce-binding"),
    "open_mode": ("append", "truncate"),
}


def test_there_are_71_fields() -> None:
    fields = {*TEXT, *NUMBERS, *FLAGS, "argv", "nodes", "environment"}

    assert fields == V0036JobProperties.model_fields.keys()
    assert len(fields) == 71


@pytest.mark.parametrize("field", [*TEXT, *NUMBERS, *FLAGS])
def test_values_are_not_converted(field: str) -> None:
    right: object = "x" if field in TEXT else 1 if field in NUMBERS else True
    right = CHOICES.get(field, (right,))[0]
    wrong = ["60", 60.0, True] if field in NUMBERS else ["true", 1] if field in FLAGS else [1, True]

    given = V0036JobProperties.model_validate({"environment": {}, field: right})

    assert getattr(given, field) == right
    for value in wrong:
        with pytest.raises(ValidationError) as refused:
            V0036JobProperties.model_validate({"environment": {}, field: value})
        assert refused.value.errors()[0]["loc"] == (field,)


@pytest.mark.parametrize(("field", "words"), CHOICES.items())
def test_some_fields_take_certain_words(field: str, words: tuple[str, ...]) -> None:
    for word in words:
        V0036JobProperties.model_validate({"environment": {}, field: word})
    with pytest.raises(ValidationError):
        V0036JobProperties.model_validate({"environment": {}, field: "x"})


@pytest.mark.parametrize(
    ("nodes", "good"), [([1], True), ([1, 2], True), ([], False), ([1] * 3, False)]
)
def test_nodes_are_one_or_two_numbers(nodes: list[int], good: bool) -> None:
    content = {"environment": {}, "nodes": nodes}
    if good:
        assert V0036JobProperties.model_validate(content).nodes == nodes
        return
    with pytest.raises(ValidationError):
        V0036JobProperties.model_validate(content)


def test_only_the_environment_is_required_and_unknown_fields_are_dropped() -> None:
    given = V0036JobProperties.model_validate({"environment": {}, "standard_output": "/x"})

    assert given.model_dump(exclude_none=True) == {"environment": {}, "open_mode": "append"}
    with pytest.raises(ValidationError):
        V0036JobProperties.model_validate({})
