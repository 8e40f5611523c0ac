"""Makes the metadata tools for the tests, once, and prints their folder.

    python tests/services/metadata_tools.py

The folder is what ``pytest --service metadata-tools=FOLDER`` takes. They are made by the command
that administrators use. Nothing runs, so nothing has to be stopped.
"""

import argparse
import subprocess
import sys
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    cache = Path.home() / ".cache" / "aind-data-transfer-service" / "services"
    parser.add_argument("--folder", type=Path, default=cache, help="default: %(default)s")
    folder = (parser.parse_args().folder / "metadata-tools").resolve()
    program = Path(sys.executable).with_name("aind-data-transfer")
    command = (program, "setup", "metadata", "--folder", folder)
    subprocess.run(command, check=True, stdout=sys.stderr)
    sys.stdout.write(f"{folder}\n")


if __name__ == "__main__":
    main()
