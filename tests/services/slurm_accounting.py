"""The accounting of a cluster of `slurm`: a slurmdbd with a MariaDB of its own.

Needs Debian's packages slurmdbd, slurm-wlm-mysql-plugin and mariadb-server.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import chown

from .s3_server import wait_for, wait_until

SECONDS = 30
_DATABASE_USER = "mysql"
_SETTINGS = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge/munge.socket
AuthAltTypes=auth/jwt
AuthAltParameters=jwt_key={folder}/jwt.key
DbdHost={host}
DbdAddr=127.0.0.1
DbdPort={port}
SlurmUser=root
PidFile={folder}/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={database_port}
StorageUser=slurm
StorageLoc=slurm_acct_db
"""
_CONTROLLER_SETTINGS = """\
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={port}
AccountingStoragePass={folder}/munge/munge.socket
AccountingStoreFlags=job_comment
"""
_USER = """\
create database slurm_acct_db;
create user slurm@'127.0.0.1';
grant all on slurm_acct_db.* to slurm@'127.0.0.1';
"""
Spawn = Callable[..., None]
"""Starts a process of the cluster: its name, its command."""


def configure(folder: Path, *, host: str, port: int, database_port: int) -> str:
    """Write slurmdbd's settings and return what ``slurm.conf`` must have."""
    settings = folder / "slurmdbd.conf"
    settings.touch(mode=0o600)  # slurmdbd refuses it otherwise
    settings.write_text(
        _SETTINGS.format(folder=folder, host=host, port=port, database_port=database_port)
    )
    return _CONTROLLER_SETTINGS.format(folder=folder, port=port)


def start_database(folder: Path, port: int, spawn: Spawn) -> None:
    """Make an empty database and start its server."""
    data = folder / "mariadb"
    data.mkdir(mode=0o700)
    chown(data, _DATABASE_USER, _DATABASE_USER)
    user = f"--user={_DATABASE_USER}"
    make = ("mariadb-install-db", "--no-defaults", user, f"--datadir={data}", "--skip-test-db")
    as_root = "--auth-root-authentication-method=normal"
    subprocess.run((*make, as_root), check=True, capture_output=True)
    spawn(
        "mariadbd",
        *("mariadbd", "--no-defaults", user, f"--datadir={data}"),
        *(f"--socket={data}/socket", f"--port={port}", "--bind-address=127.0.0.1"),
        *("--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M"),
        "--innodb-lock-wait-timeout=900",
    )
    wait_for(folder, port)
    client = ("mariadb", "--no-defaults", f"--socket={data}/socket", "--user=root")
    subprocess.run(client, check=True, input=_USER, text=True)


def start(name: str, run: Callable[..., str], spawn: Spawn) -> None:
    """Start slurmdbd, and tell it of the cluster of this name if it is new."""
    spawn("slurmdbd", "slurmdbd", "-D")

    def knows_the_cluster() -> bool:
        try:
            if not run("sacctmgr", "--noheader", "show", "cluster"):
                run("sacctmgr", "--immediate", "add", "cluster", name)
        except subprocess.CalledProcessError:
            return False
        return True

    wait_until(knows_the_cluster, SECONDS, "slurmdbd")
