"""How a Slurm cluster is reached, and what its jobs are given."""

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, PositiveInt, SecretStr, model_validator

from ..domain.pipeline import TaskId
from .section import AbsolutePath, HttpUrl, Period, Section, Wait

SlurmApi = Literal[
    "v0.0.36", "v0.0.37", "v0.0.38", "v0.0.39", "v0.0.40", "v0.0.41", "v0.0.42", "v0.0.43"
]


def _one_line(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError(f"{text!r} is not one line of text")
    return text


Word = Annotated[str, AfterValidator(_one_line)]


class MoreOf(Section):
    """How much more the next attempt asks for when one had too little."""

    factor: float = Field(default=2.0, ge=1, allow_inf_nan=False)
    """1: never more."""
    ceiling: PositiveInt
    """Never more than this."""


class MoreMemory(MoreOf):
    """Of memory (MB)."""

    ceiling: PositiveInt = 256_000


class MoreTime(MoreOf):
    """Of time (minutes)."""

    ceiling: PositiveInt = 7 * 24 * 60


class SlurmSettings(Section):
    """How a Slurm cluster is reached, and what its jobs are given."""

    url: HttpUrl | None = None
    """Where slurmrestd answers; None, and no socket: there is no cluster."""
    socket: AbsolutePath | None = None
    """Unix socket of slurmrestd, in place of the URL."""
    api: SlurmApi | None = None
    """Version of the REST service to speak; None: the newest that both sides know."""
    ca_file: AbsolutePath | None = None
    """Certificates that prove the server's; None: those of the machine."""
    timeout: Period = timedelta(seconds=30)
    """slurmrestd itself waits 18 s for a controller that is away."""
    user: str | None = None
    """User whose jobs they are; None: the token's."""
    token: SecretStr | None = None
    token_file: AbsolutePath | None = None
    """File with a JWT, read again when the token is about to end."""
    token_command: tuple[str, ...] = ()
    """Command that prints a JWT, for example ``scontrol token lifespan=3600``."""
    tasks: frozenset[TaskId] = frozenset({TaskId.COMPRESS_DATA})
    """Tasks that run on the cluster; compression only where something is compressed."""
    partition: Word | None = None
    qos: Word | None = None
    account: Word | None = None
    time_limit: Period = timedelta(hours=24)
    cpus: PositiveInt = 8
    memory_mb: PositiveInt | None = None
    """None: what the task itself says it needs."""
    more_memory_mb: MoreMemory = MoreMemory()
    """After OUT_OF_MEMORY."""
    more_minutes: MoreTime = MoreTime()
    """After TIMEOUT."""
    python: Word | None = None
    """Python on the nodes that has this package; None: the service's own."""
    image: Word | None = None
    """Container image that has it, on a path that nodes see; None: no container."""
    image_command: tuple[Word, ...] = ("apptainer", "exec")
    binds: tuple[Word, ...] = ()
    """Folders to bind into the container, as ``--bind`` takes them."""
    modules: tuple[Word, ...] = ()
    """Environment modules to load before."""
    environment: dict[str, Word] = Field(
        default_factory=lambda: {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"},
        min_length=1,
    )
    """All that jobs see of an environment, beside Slurm's own variables."""
    path_map: dict[str, str] = Field(default_factory=dict)
    """Folder as the service sees it → as nodes see it, where they differ."""
    max_jobs: PositiveInt = 2000
    """Attempts of one worker in the cluster's hands at once."""
    poll: Period = timedelta(seconds=10)
    """Slowest pace of asking for the jobs' states."""
    submission_grace: Wait = timedelta(seconds=15)
    """How long a submission may take to show before it is made again."""
    result_grace: Wait = timedelta(seconds=10)
    """How long a result may take to be seen by the service after its job has ended."""
    lost_after: Wait = timedelta(minutes=1)
    """How long a job may be unknown to the cluster before it counts as lost."""

    @property
    def is_there(self) -> bool:
        """Whether there is a cluster."""
        return self.url is not None or self.socket is not None

    def defaults(self, *, memory_mb: int) -> dict[str, Any]:
        """Return what jobs ask for where neither preset nor request says otherwise.

        By the names of slurmrestd v0.0.36; ``memory_mb`` is what the task says it needs.
        """
        values = {
            "partition": self.partition,
            "qos": self.qos,
            "account": self.account,
            "time_limit": max(1, self.time_limit // timedelta(minutes=1)),
            "tasks": 1,
            "nodes": [1, 1],
            "cpus_per_task": self.cpus,
            "memory_per_node": self.memory_mb or memory_mb,
        }
        return {name: value for name, value in values.items() if value is not None}

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.url is not None and self.socket is not None:
            raise ValueError("give url or socket, not both")
        if sum(map(bool, (self.token, self.token_file, self.token_command))) > 1:
            raise ValueError("give one of token, token_file and token_command")
        if self.url is not None and not (self.token or self.token_file or self.token_command):
            raise ValueError("a url needs token, token_file or token_command")
        for here, there in self.path_map.items():
            if not (here.startswith("/") and there.startswith("/")):
                raise ValueError(f"path_map: {here!r} or {there!r} is not absolute")
        return self
