"""V2 requests as hypothesis strategies."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from ..wire.v2.samples import recorded
from ..wire.v2.strategies import jobs

ADDRESS = "lab@example.org"


@st.composite
def _requests(draw: st.DrawFn) -> dict[str, Any]:
    request: dict[str, Any] = {"upload_jobs": draw(st.lists(jobs(), min_size=1, max_size=3))}
    kinds = st.lists(st.sampled_from(["begin", "end", "fail", "retry", "all"]))
    request["user_email"] = ADDRESS
    for holder in (request, *request["upload_jobs"]):
        if draw(st.booleans()):
            holder["email_notification_types"] = draw(kinds)
    return request


# The release they were recorded of did not ask for an address.
REAL = [
    {"user_email": ADDRESS, **case.content} for case in recorded() if isinstance(case.content, dict)
]
SENT = _requests() | st.sampled_from(REAL).map(deepcopy)
