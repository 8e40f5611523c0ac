import json

from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.domain.states import JobState
from aind_data_transfer_service.server.api_v1.queries import JobListParameters


@given(st.lists(st.sampled_from(JobState)))
def test_a_list_of_states_survives_any_notation(states: list[JobState]) -> None:
    words = [str(state) for state in states]
    for text in (str(words), json.dumps(words), ",".join(words)):
        assert JobListParameters.model_validate({"states": [text]}).states == states
