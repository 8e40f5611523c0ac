"""Arguments and options that the commands share."""

from typing import Annotated

import typer

from ..options import ApiName

JobType = Annotated[str, typer.Argument(metavar="JOB_TYPE", help="Such as ecephys or default.")]
Task = Annotated[str, typer.Argument(metavar="TASK", help="Such as upload_data_to_s3.")]
Modality = Annotated[
    str | None, typer.Argument(metavar="[MODALITY]", help="Abbreviation, for its own settings.")
]
ModalityAndFile = Annotated[
    list[str],
    typer.Argument(metavar="[MODALITY] FILE", help="A JSON object; - reads standard input."),
]
ModalityAndRevision = Annotated[
    list[str],
    typer.Argument(metavar="[MODALITY] REVISION", help="See `presets history`."),
]
Api = Annotated[ApiName, typer.Option("--api", help="The API whose jobs the preset is for.")]
Why = Annotated[str | None, typer.Option("--why", help="The reason, for the history.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def with_modality(words: list[str]) -> tuple[str | None, str]:
    """Return the modality, if there is one, and what stands after it."""
    match words:
        case [last]:
            return None, last
        case [modality, last]:
            return modality, last
    raise typer.BadParameter(f"{words[2]!r} is one word too many.")
