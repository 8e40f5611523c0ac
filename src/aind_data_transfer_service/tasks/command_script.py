"""Runs a preset's script in place of the service's own transform of a modality."""

import logging
import shutil
import subprocess
from pathlib import Path

from ..domain.command_script import fill, fill_settings, settings_text
from ..domain.plan import ProgramPlan
from ..errors import Defect, TransferError
from ..files import write_whole
from ..settings import environment_without_settings
from .context import Done, TaskContext
from .staging import Staged, require_real_folder

logger = logging.getLogger(__name__)

SCRIPT_FILE = "script.sh"
ENV_FILE = "script.env"


class ScriptFailed(TransferError):
    """A preset's script ended with an error."""

    code = "command_script_failed"
    what_to_do_default = "See the log for what it says, mend the cause, then retry the job."


def run_script(ctx: TaskContext, source: Path, output: Path) -> Done:
    """Run the script of the modality's preset; it fills the modality's folder in the asset.

    Placeholders stand for the modality's settings as JSON (with ``input_source`` and
    ``output_directory``, and the partition where there is one), the image, the source, the folder
    of the asset, the place the asset goes to, and a file of variables for ``--env-file``. The
    script runs under bash in the attempt's folder and sees none of the service's own settings.

    Raises `CommandScriptInvalid`, `ScriptFailed`, or `StagingOccupied`.
    """
    program = ctx.spec.task.program
    if program is None or program.command_script is None:
        raise Defect("The task has no script.")
    require_real_folder(output)
    if ctx.spec.task.partition is None:  # of what an earlier attempt left nothing is known
        shutil.rmtree(output, ignore_errors=True)
    output.mkdir(exist_ok=True)
    script = ctx.folder / SCRIPT_FILE
    filled = fill(program.command_script, _values(ctx, program, source, output))
    write_whole(script, filled.encode())
    logger.info("Running the preset's script, with the image %s", program.image or "of its own")
    ended = subprocess.run(  # noqa: S603 - a script that an administrator has allowed
        ["/bin/bash", str(script)],
        cwd=ctx.folder,
        env=environment_without_settings(),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if ended.returncode != 0:
        raise ScriptFailed(
            f"The script of {_modality(ctx)} ended with exit code {ended.returncode}.",
            exit_code=ended.returncode,
        )
    if not any(output.iterdir()):
        raise ScriptFailed(
            f"The script of {_modality(ctx)} succeeded and left nothing in {output}."
        )
    return Done(
        {
            "action": Staged.SCRIPTED,
            "source": str(source),
            "output": str(output),
            "image": program.image,
            "image_version": program.image_version,
            "parameters": dict(ctx.spec.settings),
            "version": program.image_version,
        }
    )


def _values(ctx: TaskContext, program: ProgramPlan, source: Path, output: Path) -> dict[str, str]:
    """Return what stands for each placeholder."""
    spec = ctx.spec
    variables = ctx.folder / ENV_FILE
    write_whole(variables, _variables(ctx).encode())
    values = {
        "%INPUT_SOURCE": str(source),
        "%OUTPUT_LOCATION": str(output),
        "%S3_LOCATION": f"{spec.plan.storage_url.rstrip('/')}/{spec.prefix}{output.name}",
        "%ENV_FILE": str(variables),
    }
    if program.image is not None:
        values["%IMAGE"] = program.image
    if program.image_version is not None:
        values["%IMAGE_VERSION"] = program.image_version
    settings = {
        **spec.settings,
        "input_source": str(source),
        "output_directory": str(output),
    }
    if (partition := spec.task.partition) is not None:
        settings |= {
            "num_of_partitions": partition.count,
            "partition_to_process": partition.index,
        }
    return values | {"%JOB_SETTINGS": settings_text(fill_settings(settings, values))}


def _variables(ctx: TaskContext) -> str:
    """Return what a container may want to know, as ``--env-file`` takes it; no secrets."""
    spec = ctx.spec
    return "".join(
        f"{name}={value}\n"
        for name, value in {
            "AIND_JOB_ID": spec.job_id,
            "AIND_ASSET_NAME": spec.plan.asset_name,
            "AIND_MODALITY": _modality(ctx),
        }.items()
    )


def _modality(ctx: TaskContext) -> str:
    return ctx.spec.required_modality.abbreviation
