"""``aind-data-transfer presets restore``."""

from .. import options
from .arguments import Api, JobType, ModalityAndRevision, Task, Why, Yes, with_modality


def restore(
    job_type: JobType,
    task: Task,
    revision: ModalityAndRevision,
    server: options.Server = options.DEFAULT_SERVER,
    *,
    why: Why = None,
    yes: Yes = False,
    api: Api = "v2",
    token: options.Token = None,
    as_json: options.AsJson = False,
) -> None:
    """Set a preset to what it was at a revision; this is a change like any other."""
    from ...client import Client, PresetAddress
    from .change import Change, make_change

    modality, wanted = with_modality(revision)
    address = PresetAddress(api, job_type, task, modality)
    with Client(server, token=token) as client:
        presets = client.presets
        value = presets.at(address, wanted).value or {}
        change = Change(address, value, why or f"As at revision {wanted}")
        make_change(presets, change, yes=yes, may_ask=True, as_json=as_json)
