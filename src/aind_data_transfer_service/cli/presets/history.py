"""``aind-data-transfer presets history``."""

from .. import options
from .arguments import Api, JobType, Modality, Task


def history(
    job_type: JobType,
    task: Task,
    modality: Modality = None,
    server: options.Server = options.DEFAULT_SERVER,
    *,
    api: Api = "v2",
    token: options.Token = None,
    as_json: options.AsJson = False,
) -> None:
    """List who changed a preset, when and why, newest first."""
    from ...client import Client, PresetAddress
    from ..output import print_json, print_table
    from ..units import utc

    with Client(server, token=token) as client:
        changes = client.presets.history(PresetAddress(api, job_type, task, modality))
    if as_json:
        print_json([change.model_dump(mode="json") for change in changes])
        return
    print_table(
        ("When (UTC)", "Who", "Why", "Revision", "Before"),
        [
            (
                utc(change.at),
                change.who,
                change.why or "",
                change.new_revision or "not confirmed",
                change.old_revision or "none",
            )
            for change in changes
        ],
    )
