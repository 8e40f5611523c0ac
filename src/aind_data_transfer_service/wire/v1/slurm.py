"""The Slurm job description of slurmrestd v0.0.36, as users give it with a modality.

Field names and strict types as in ``V0036JobProperties`` of ``aind-slurm-rest`` 0.2.0. Other than
there, ``signal`` takes every text: its pattern there admits no signal that Slurm knows.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr

from .base import IgnoringModel

Text = StrictStr | None
Number = StrictInt | None
Flag = StrictBool | None


class V0036JobProperties(IgnoringModel):
    """Properties of a Slurm job; ``time_limit`` in minutes, memory in megabytes."""

    account: Text = None
    # Misspelt in the API of that version, and so on the wire.
    account_gather_freqency: Text = None
    argv: list[StrictStr] | None = None
    array: Text = None
    batch_features: Text = None
    begin_time: Text = None
    burst_buffer: Text = None
    cluster_constraints: Text = None
    comment: Text = None
    constraints: Text = None
    core_specification: Number = None
    cores_per_socket: Number = None
    cpu_binding: Text = None
    cpu_binding_hint: Text = None
    cpu_frequency: Text = None
    cpus_per_gpu: Text = None
    cpus_per_task: Number = None
    current_working_directory: Text = None
    deadline: Text = None
    delay_boot: Number = None
    dependency: Text = None
    distribution: Text = None
    environment: dict[str, Any]
    exclusive: Literal["user", "mcs", "true", "false"] | None = None
    get_user_environment: Flag = None
    gres: Text = None
    gres_flags: Literal["disable-binding", "enforce-binding"] | None = None
    gpu_binding: Text = None
    gpu_frequency: Text = None
    gpus: Text = None
    gpus_per_node: Text = None
    gpus_per_socket: Text = None
    gpus_per_task: Text = None
    hold: Flag = None
    kill_on_invalid_dependency: Flag = None
    licenses: Text = None
    mail_type: Text = None
    mail_user: Text = None
    mcs_label: Text = None
    memory_binding: Text = None
    memory_per_cpu: Number = None
    memory_per_gpu: Number = None
    memory_per_node: Number = None
    minimum_cpus_per_node: Number = None
    minimum_nodes: Flag = None
    name: Text = None
    nice: Text = None
    no_kill: Flag = None
    nodes: Annotated[list[StrictInt], Field(min_length=1, max_length=2)] | None = None
    open_mode: Literal["append", "truncate"] | None = "append"
    partition: Text = None
    priority: Text = None
    qos: Text = None
    requeue: Flag = None
    reservation: Text = None
    signal: Text = None
    sockets_per_node: Number = None
    spread_job: Flag = None
    standard_error: Text = None
    standard_in: Text = None
    standard_out: Text = None
    tasks: Number = None
    tasks_per_core: Number = None
    tasks_per_node: Number = None
    tasks_per_socket: Number = None
    thread_specification: Number = None
    threads_per_core: Number = None
    time_limit: Number = None
    time_minimum: Number = None
    wait_all_nodes: Flag = None
    wckey: Text = None
