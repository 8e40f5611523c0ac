"""Does a run in Code Ocean as the published pipeline monitor does it.

``PYTHON monitor.py DOMAIN TOKEN``; its settings come as JSON on standard input. Runs with the
published packages, not ours.
"""

import sys

from aind_codeocean_pipeline_monitor.job import PipelineMonitorJob
from aind_codeocean_pipeline_monitor.models import PipelineMonitorSettings
from codeocean import CodeOcean


def main() -> None:
    domain, token = sys.argv[1:]
    settings = PipelineMonitorSettings.model_validate_json(sys.stdin.read())
    PipelineMonitorJob(settings, CodeOcean(domain=domain, token=token)).run_job()


if __name__ == "__main__":
    main()
