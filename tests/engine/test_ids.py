import re
from datetime import UTC, datetime

from aind_data_transfer_service.engine.ids import new_id


def test_ids_begin_with_the_time_and_differ() -> None:
    now = datetime(2024, 2, 19, 11, 25, 17, tzinfo=UTC)
    ids = {new_id(now) for _ in range(1000)}
    assert len(ids) == 1000
    for name in ids:
        assert re.fullmatch(r"20240219-112517-[a-z2-9]{8}", name)
        assert not set("ilo01") & set(name[16:])


def test_later_ids_sort_later() -> None:
    assert new_id(datetime(2024, 2, 19, 11, 25, 17, tzinfo=UTC)) < new_id()
