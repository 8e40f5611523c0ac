"""``python -m aind_data_transfer_service.testing.code_ocean``: a Code Ocean to try things with.

Prints its address when it is ready, and serves until SIGINT or SIGTERM.
"""

import argparse
import signal
import sys

from . import FakeCodeOcean, RunScript


def main(arguments: list[str]) -> None:
    """Serve as the arguments say."""
    parser = argparse.ArgumentParser(description="A fake Code Ocean on this machine.")
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    parser.add_argument("--token", default="cop_of-a-test", help="default: %(default)s")
    parser.add_argument(
        "--looks",
        type=int,
        default=1,
        help="how often a run is seen under way before it has ended (default: %(default)s)",
    )
    given = parser.parse_args(arguments)
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    with FakeCodeOcean(token=given.token, port=given.port) as fake:
        fake.world.usual_run = RunScript(looks=given.looks)
        sys.stdout.write(f"{fake.url}\n")
        sys.stdout.flush()
        signal.sigwait(ends)


if __name__ == "__main__":
    main(sys.argv[1:])
