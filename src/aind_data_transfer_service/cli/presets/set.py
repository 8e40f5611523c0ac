"""``aind-data-transfer presets set``."""

from typing import Annotated

import typer

from .. import options
from .arguments import Api, JobType, ModalityAndFile, Task, Why, Yes, with_modality

_STANDARD_INPUT = "-"


def set_preset(
    job_type: JobType,
    task: Task,
    file: ModalityAndFile,
    server: options.Server = options.DEFAULT_SERVER,
    *,
    revision: Annotated[
        str | None,
        typer.Option(metavar="REVISION", help="Only if it is at this revision still."),
    ] = None,
    why: Why = None,
    yes: Yes = False,
    api: Api = "v2",
    token: options.Token = None,
    as_json: options.AsJson = False,
) -> None:
    """Set a preset, after showing what changes; nobody's change meanwhile is overwritten."""
    from ...client import Client, PresetAddress
    from .change import Change, make_change
    from .value_file import read_value

    modality, name = with_modality(file)
    value = read_value(name)
    with Client(server, token=token) as client:
        make_change(
            client.presets,
            Change(PresetAddress(api, job_type, task, modality), value, why, revision),
            yes=yes,
            may_ask=name != _STANDARD_INPUT,
            as_json=as_json,
        )
