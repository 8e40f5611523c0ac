"""Facts as notices tell them."""

from datetime import UTC, datetime

from aind_data_transfer_service.notify.messages import NoticeFacts

FACTS = NoticeFacts(
    key="job-1/fail/1",
    occurred_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    job_id="job-1",
    asset_name="ecephys_690165_2024-02-19_11-25-17",
    location="s3://bucket/ecephys_690165_2024-02-19_11-25-17",
    project="Ephys Platform",
    subject_id="690165",
    started=datetime(2026, 1, 2, 2, 0, 0, tzinfo=UTC),
    ended=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    files=12_345,
    bytes=1_234_000_000_000,
    job_url="https://transfer.example.org/jobs/job-1",
    task="compress_data",
    attempt=2,
    error_code="open_ephys_truncated",
    error_message="continuous.dat is 2 bytes short <of 10>.",
    what_to_do="Copy the file again.",
    log_tail="line 1\n<script>alert(1)</script> & line 2\n",
    next_try_at=datetime(2026, 1, 2, 3, 5, tzinfo=UTC),
    service_version="2.0.0",
)
