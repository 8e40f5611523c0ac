"""What routes of both APIs take in the address."""

from typing import Annotated

from fastapi import Path, Query, Request
from pydantic import PositiveInt

from ...domain.plan import UNMAPPED
from ..errors import ParametersInvalid

JobId = Annotated[str, Path(description="The job's id.")]
TaskName = Annotated[str, Path(description="The task's name.", examples=["upload_data_to_s3"])]
MapIndex = Annotated[
    int, Query(ge=UNMAPPED, le=2**31 - 1, description="Element of a mapped task, else -1.")
]
TryNumber = Annotated[
    PositiveInt | None, Query(le=2**31 - 1, description="Which attempt; none: the latest.")
]


async def without_nul(request: Request) -> None:
    """Refuse the character U+0000, which no database keeps, anywhere in the address."""
    if "\0" in request.url.path or b"%00" in request.scope["query_string"]:
        raise ParametersInvalid("The address contains the character U+0000.")
