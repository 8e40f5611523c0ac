from pathlib import Path

import pytest

from aind_data_transfer_service.storage.open import StorageUrlInvalid, open_store


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bucket",
        "/folder",
        "https://host/x",
        "s3://",
        "s3:///x",
        "s3://bucket/prefix",
        "s3://bucket?x=1",
        "file://",
        "file://host/folder",
        "file:relative",
        "file:///a#b",
    ],
)
def test_bad_urls(url: str) -> None:
    with pytest.raises(StorageUrlInvalid) as caught:
        open_store(url)
    assert repr(url) in caught.value.message


def test_urls_stay_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "a b" / "é#?%41"
    assert open_store(folder.as_uri()).url == folder.as_uri()
    keys = {"access_key_id": "key", "secret_access_key": "secret"}
    assert open_store("s3://some-bucket/", region="us-west-2", credentials=keys).url == (
        "s3://some-bucket"
    )
