import subprocess
import sys

from aind_data_transfer_service.registry.codeocean import CodeOceanRegistry


def test_the_fake_serves_until_it_is_told_to_end() -> None:
    program = "aind_data_transfer_service.testing.code_ocean"
    command = (sys.executable, "-m", program, "--token", "mine", "--looks", "0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        url = served.stdout.readline().strip()
        registry = CodeOceanRegistry(domain=url, token="mine", timeout_seconds=10)
        assert registry.run(registry.start_run({"capsule_id": "c"}).id).ended
        served.terminate()
    assert served.returncode == 0
