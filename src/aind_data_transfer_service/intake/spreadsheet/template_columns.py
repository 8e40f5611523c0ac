"""What the template holds: its columns, what is to be known about each, and example rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

MODALITIES_SHOWN = 3


class ColumnKind(Enum):
    """What the cells of a column hold."""

    TEXT = auto()
    DATE = auto()
    JOB_TYPE = auto()
    PROJECT = auto()
    PLATFORM = auto()
    MODALITY = auto()
    BUCKET = auto()


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column of the template."""

    heading: str
    kind: ColumnKind
    required: bool
    help: str


_FOLDER = "as an absolute path as the service sees it, such as /allen/aind/scratch/session"


def _modality(number: int) -> tuple[TemplateColumn, TemplateColumn]:
    which = "First" if number == 0 else "Another"
    return (
        TemplateColumn(
            f"modality{number}",
            ColumnKind.MODALITY,
            required=number == 0,
            help=f"{which} kind of data of the session. More columns like this one may be added.",
        ),
        TemplateColumn(
            f"modality{number}.input_source",
            ColumnKind.TEXT,
            required=number == 0,
            help=f"Its folder, {_FOLDER}/ecephys. Folders of modalities must not be nested.",
        ),
    )


COLUMNS: tuple[TemplateColumn, ...] = (
    TemplateColumn(
        "job_type",
        ColumnKind.JOB_TYPE,
        required=False,
        help="Names the presets of the upload. Empty: default.",
    ),
    TemplateColumn(
        "project_name", ColumnKind.PROJECT, required=True, help="The project, exactly as listed."
    ),
    TemplateColumn(
        "platform", ColumnKind.PLATFORM, required=True, help="What the session was recorded with."
    ),
    TemplateColumn(
        "acq_datetime",
        ColumnKind.DATE,
        required=True,
        help="Date and time of the acquisition, such as 2024-05-27T16:07:59. It is part of the"
        " asset's name.",
    ),
    TemplateColumn(
        "subject_id",
        ColumnKind.TEXT,
        required=True,
        help="LabTracks id of the mouse. It is part of the asset's name.",
    ),
    TemplateColumn(
        "metadata_dir",
        ColumnKind.TEXT,
        required=False,
        help=f"Folder of metadata files that are there already, {_FOLDER}/metadata.",
    ),
    *(column for number in range(MODALITIES_SHOWN) for column in _modality(number)),
    TemplateColumn(
        "s3_bucket",
        ColumnKind.BUCKET,
        required=False,
        help="Where the asset goes. Empty: the default bucket.",
    ),
)
HEADINGS = tuple(column.heading for column in COLUMNS)

_SHARE = "/allen/aind/stage/fake"
_EXAMPLES: tuple[dict[str, str], ...] = (
    {
        "job_type": "default",
        "project_name": "Behavior Platform",
        "platform": "behavior",
        "acq_datetime": "2023-10-04T04:00:00",
        "subject_id": "123456",
        "metadata_dir": f"{_SHARE}/metadata_dir",
        "modality0": "behavior-videos",
        "modality0.input_source": f"{_SHARE}/behavior_videos",
        "modality1": "behavior",
        "modality1.input_source": f"{_SHARE}/behavior",
    },
    {
        "job_type": "default",
        "project_name": "Ophys Platform - SLAP2",
        "platform": "SmartSPIM",
        "acq_datetime": "2023-03-04T16:30:00",
        "subject_id": "654321",
        "metadata_dir": f"{_SHARE}/Config",
        "modality0": "SPIM",
        "modality0.input_source": f"{_SHARE}/SmartSPIM",
    },
    {
        "job_type": "default",
        "project_name": "Ephys Platform",
        "platform": "ecephys",
        "acq_datetime": "2023-01-30T19:01:00",
        "subject_id": "654321",
        "modality0": "ecephys",
        "modality0.input_source": f"{_SHARE}/ecephys",
        "modality1": "behavior-videos",
        "modality1.input_source": f"{_SHARE}/videos",
        "modality2": "behavior",
        "modality2.input_source": f"{_SHARE}/stimulus",
        "s3_bucket": "private",
    },
)


def example_rows(project_names: Sequence[str]) -> list[list[str]]:
    """Return rows that show how the template is filled in, with projects there are."""
    rows = []
    for example in _EXAMPLES:
        row = dict(example)
        if project_names and row["project_name"] not in project_names:
            row["project_name"] = project_names[0]
        rows.append([row.get(heading, "") for heading in HEADINGS])
    return rows
