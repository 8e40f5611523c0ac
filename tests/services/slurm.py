"""Starts a private Slurm cluster on this machine for the tests, and stops it; without systemd.

    sudo python -m tests.services.slurm up      prints http://127.0.0.1:PORT?folder=FOLDER
    sudo python -m tests.services.slurm up --accounting
    sudo python -m tests.services.slurm down

The URL is what ``pytest --service slurm=URL`` takes, and with accounting ``--service
slurm-accounting=URL``: where slurmrestd answers, and the folder with ``slurm.conf`` and the logs.
Needs Debian's packages slurmctld, slurmd, slurmrestd, slurm-client, slurm-wlm-basic-plugins,
slurm-wlm-jwt-plugin, munge and environment-modules, with accounting those of `slurm_accounting`,
and root: nodes start jobs as their users.
"""

import argparse
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import psutil

from aind_data_transfer_service.processes import is_alive

from . import slurm_accounting
from .s3_server import free_ports, is_gone, spawn, wait_for, wait_until

SECONDS = 30
REST_USER = "munge"
"""slurmrestd refuses to be root; this user comes with a package that is needed anyway."""
CONFIGURATION = Path(__file__).with_name("slurm.conf")
CGROUPS = Path("/sys/fs/cgroup")
MemoryLimits = Literal["none", "watched", "enforced"]
MEMORY_LIMITS: dict[MemoryLimits, str] = {
    "none": "TaskPlugin=task/none\nJobAcctGatherType=jobacct_gather/none",
    # Slurm looks how much jobs have, and kills those that have too much.
    "watched": (
        "TaskPlugin=task/none\nJobAcctGatherType=jobacct_gather/linux\n"
        "JobAcctGatherFrequency=1\nJobAcctGatherParams=OverMemoryKill"
    ),
    # The kernel gives jobs no more than they asked for.
    "enforced": "TaskPlugin=task/cgroup\nJobAcctGatherType=jobacct_gather/none",
}
"""What ``slurm.conf`` has for the limits on jobs' memory."""


class Cluster:
    """A controller, a REST server and some nodes, each a process of its own.

    Parameters
    ----------
    folder
        Keeps all that the cluster has. Its users must be able to enter it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.configuration = folder / "slurm.conf"
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._environment = {**os.environ, "SLURM_CONF": str(self.configuration)}

    @classmethod
    def at(cls, url: str) -> "Cluster":
        """Return the cluster that ``up`` started."""
        return cls(Path(parse_qs(urlsplit(url).query)["folder"][0]))

    @property
    def rest_url(self) -> str:
        """Where slurmrestd answers."""
        return f"http://127.0.0.1:{(self.folder / 'rest-port').read_text()}"

    @property
    def url(self) -> str:
        """What `at` takes."""
        return f"{self.rest_url}?folder={self.folder}"

    @property
    def has_accounting(self) -> bool:
        """Whether there is a slurmdbd."""
        return (self.folder / "slurmdbd.conf").exists()

    @property
    def nodes(self) -> list[str]:
        """Names of the nodes."""
        return self.run("sinfo", "--noheader", "--Node", "--format=%N").split()

    @property
    def token_command(self) -> list[str]:
        """A command that prints a token of the user who runs it."""
        return ["env", f"SLURM_CONF={self.configuration}", "scontrol", "token", "lifespan=600"]

    def up(
        self,
        *,
        nodes: int = 3,
        requeue: bool = True,
        node_timeout: int = 5,
        job_age: int = 300,
        accounting: bool = False,
        memory: MemoryLimits = "none",
    ) -> None:
        """Start a new cluster and wait until its nodes are idle.

        ``requeue``: whether jobs of a lost node wait anew; ``node_timeout``: seconds until a
        silent node is lost; ``job_age``: seconds for which the controller knows jobs that ended;
        ``accounting``: whether a slurmdbd keeps them for good; ``memory``: what becomes of jobs
        that take more than they asked for.
        """
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o755)
        for name in ("state", "spool", "log", "munge"):
            (self.folder / name).mkdir()
        host = socket.gethostname().partition(".")[0]
        first, rest, *others = free_ports(nodes + 4)
        node_ports, (slurmdbd, database) = others[:nodes], others[nodes:]
        (self.folder / "rest-port").write_text(str(rest))
        key = self.folder / "jwt.key"
        key.write_bytes(secrets.token_bytes(32))
        key.chmod(0o600)
        self.configuration.write_text(
            CONFIGURATION.read_text().format(
                host=host,
                folder=self.folder,
                controller_port=first,
                requeue=int(requeue),
                node_timeout=node_timeout,
                job_age=job_age,
                limits=MEMORY_LIMITS[memory],
                accounting=(
                    slurm_accounting.configure(
                        self.folder, host=host, port=slurmdbd, database_port=database
                    )
                    if accounting
                    else "AccountingStorageType=accounting_storage/none"
                ),
            )
            + "".join(
                f"NodeName=n{number} NodeHostname={host} NodeAddr=127.0.0.1 Port={port}"
                " CPUs=8 RealMemory=8000\n"
                for number, port in enumerate(node_ports, start=1)
            )
            + "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n"
        )
        enforced = "yes" if memory == "enforced" else "no"
        (self.folder / "cgroup.conf").write_text(
            "CgroupAutomount=no\nIgnoreSystemd=yes\n"
            f"CgroupMountpoint={CGROUPS}\nConstrainRAMSpace={enforced}\n"
        )
        self._start_munge()
        if accounting:
            slurm_accounting.start_database(self.folder, database, self._spawn)
            self.start_accounting()
        self.start_controller()
        for number in range(1, nodes + 1):
            self.start_node(f"n{number}")
        self.start_rest()
        self.wait_for_nodes(nodes)

    def down(self) -> None:
        """End the jobs and all processes, and remove the folder."""
        if self._answers():
            self.run("scancel", "--signal=KILL", "--full", "--partition=main")
            self.run("scancel", "--partition=main")
        for file in self.folder.glob("*.process.json"):
            self.kill(file.name.partition(".")[0], signal.SIGTERM)
        self._kill_programs()
        for group in CGROUPS.glob("memory/slurm_n*"):
            with suppress(OSError):  # another cluster may use it
                group.rmdir()
        shutil.rmtree(self.folder, ignore_errors=True)

    def is_up(self, name: str = "*") -> bool:
        """Whether one process of it, or every one, runs."""
        files = self.folder.glob(f"{name}.process.json")
        identities = [json.loads(file.read_bytes()) for file in files]
        return bool(identities) and all(is_alive(identity) for identity in identities)

    def start_controller(self) -> None:
        """Start slurmctld."""
        self._spawn("slurmctld", "slurmctld", "-D")
        wait_until(self._answers, SECONDS, f"slurmctld; logs in {self.folder}")

    def start_accounting(self) -> None:
        """Start slurmdbd."""
        slurm_accounting.start("test", self.run, self._spawn)

    def start_node(self, name: str) -> None:
        """Start the slurmd of a node."""
        (self.folder / "spool" / name).mkdir(exist_ok=True)
        self._spawn(name, "slurmd", "-D", "-N", name)

    def start_rest(self, *, accounting: bool = True) -> None:
        """Start slurmrestd; it tells of the accounting, if there is one and it shall."""
        port = int((self.folder / "rest-port").read_text())
        as_user = ["setpriv", "--reuid", REST_USER, "--regid", REST_USER, "--clear-groups"]
        kinds = ("v", "dbv") if self.has_accounting and accounting else ("v",)
        versions = ",".join(f"openapi/{kind}0.0.{n}" for kind in kinds for n in (36, 37, 38))
        command = ["slurmrestd", "-a", "rest_auth/jwt", "-s", versions, f"127.0.0.1:{port}"]
        self._spawn("slurmrestd", "env", "SLURM_JWT=daemon", *as_user, *command)
        wait_for(self.folder, port)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """End one process: ``slurmctld``, ``slurmrestd``, ``munged`` or a node's name."""
        identity = json.loads((self.folder / f"{name}.process.json").read_bytes())
        if is_alive(identity):
            os.kill(identity["pid"], number)
            wait_until(partial(is_gone, identity), SECONDS, f"the end of {name}")
        if name in self._children:
            self._children.pop(name).wait()

    def lose_node(self, name: str) -> None:
        """Kill a node with all that runs on it, as a power cut does."""
        self.kill(name)
        self._kill_programs(name)

    def wait_for_nodes(self, count: int) -> None:
        """Wait until so many nodes take jobs."""

        def ready() -> bool:
            states = self.run("sinfo", "--noheader", "--Node", "--states=idle,alloc,mix")
            return len(states.splitlines()) == count

        wait_until(ready, SECONDS, f"{count} nodes; logs in {self.folder}")

    def wait_for_save(self) -> None:
        """Wait until the controller has written down the jobs it has; it may lose later ones."""
        now, saved = time.time(), self.folder / "state" / "job_state"
        job = self.run("squeue", "--noheader", "--format=%A").split()[0]
        self.run("scontrol", "update", f"jobid={job}", "comment=to be saved")  # or it saves nothing
        wait_until(lambda: saved.exists() and saved.stat().st_mtime > now, SECONDS, "a save")

    def run(self, *command: str) -> str:
        """Run one of Slurm's commands and return what it prints."""
        done = subprocess.run(
            command, env=self._environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    def jobs_ended(self) -> list[dict[str, str]]:
        """Return the controller's own records of jobs that ended, in order."""
        log = self.folder / "log" / "jobcomp.txt"
        lines = log.read_text().splitlines() if log.exists() else []
        return [dict(pair.partition("=")[::2] for pair in line.split()) for line in lines]

    def accounted(self) -> list[str]:
        """Return the names of all submissions in the accounting, each as often as it ran."""
        columns = ("--format=jobname%100", "--starttime=now-1days")
        printed = self.run("sacct", "--noheader", "--allocations", "--duplicates", *columns)
        return printed.split()

    def _start_munge(self) -> None:
        folder = self.folder / "munge"
        key = folder / "munge.key"
        key.write_bytes(secrets.token_bytes(1024))
        key.chmod(0o600)
        folder.chmod(0o755)
        for path in (folder, key):
            shutil.chown(path, REST_USER, REST_USER)
        self._spawn(
            "munged",
            *("setpriv", "--reuid", REST_USER, "--regid", REST_USER, "--clear-groups"),
            *("munged", "--foreground", "--force", f"--socket={folder}/munge.socket"),
            *(f"--key-file={key}", f"--pid-file={folder}/pid", f"--seed-file={folder}/seed"),
            "--num-threads=2",
        )
        wait_until((folder / "munge.socket").exists, SECONDS, "munged")

    def _spawn(self, name: str, *command: str) -> None:
        command = ("env", f"SLURM_CONF={self.configuration}", *command)
        self._children[name] = spawn(self.folder, name, command)

    def _answers(self) -> bool:
        if not self.is_up("slurmctld"):
            return False
        done = subprocess.run(
            ("scontrol", "ping"), env=self._environment, capture_output=True, text=True, check=False
        )
        return "UP" in done.stdout

    def _kill_programs(self, node: str | None = None) -> None:
        """Kill the programs of jobs, and Slurm's own process above each."""
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                environment = process.environ()
                ours = environment.get("SLURM_CONF") == str(self.configuration)
                if not (ours and "SLURM_JOB_ID" in environment):
                    continue
                if node in (None, environment.get("SLURMD_NODENAME")):
                    above = process.parent()
                    if above is not None and above.name() == "slurmstepd":
                        above.kill()
                    process.kill()


@contextmanager
def own_cluster(**options: Any) -> Iterator[Cluster]:
    """Start a cluster of the test's own, with the options of `Cluster.up`, and stop it."""
    # Not below pytest's own folder, which the user of slurmrestd may not enter.
    folder = Path(tempfile.mkdtemp(prefix="aind-data-transfer-slurm-"))
    folder.chmod(0o755)
    cluster = Cluster(folder / "cluster")
    try:
        cluster.up(**options)
        yield cluster
    finally:
        cluster.down()
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("action", choices=("up", "down"))
    folder = Path(tempfile.gettempdir()) / "aind-data-transfer-slurm"
    parser.add_argument("--folder", type=Path, default=folder, help="default: %(default)s")
    parser.add_argument("--accounting", action="store_true", help="with slurmdbd and MariaDB")
    arguments = parser.parse_args()
    cluster = Cluster(arguments.folder.resolve())
    start = partial(up, cluster, accounting=arguments.accounting)
    actions: dict[str, Callable[[], None]] = {"up": start, "down": cluster.down}
    actions[arguments.action]()


def up(cluster: Cluster, *, accounting: bool) -> None:
    """Start the cluster unless it runs so, and print its URL."""
    if not cluster.is_up() or cluster.has_accounting is not accounting:
        cluster.down()
        cluster.up(accounting=accounting)
    sys.stdout.write(cluster.url + "\n")


if __name__ == "__main__":
    main()
