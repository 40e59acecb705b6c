"""Where things lie: the project's own folders and the state under `MTM_HOME`.

Only paths and their creation belong here. Nothing else in the project builds a state path by hand.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DBT_PROJECT = PROJECT / "dbt_project"


def operations_dirs() -> list[Path]:
    """Folders that hold operations: those of `MTM_OPERATIONS` (separated as PATH is), then the project's own."""
    extra = [Path(p) for p in os.environ.get("MTM_OPERATIONS", "").split(os.pathsep) if p]
    return [*extra, PROJECT / "operations"]


def database_memory() -> str:
    """What DuckDB may hold in memory while a round is built, judged and published (`MTM_DATABASE_MEMORY`); beyond it, it spills."""
    return os.environ.get("MTM_DATABASE_MEMORY") or "2GB"


def database_threads(size: int) -> dict[str, int]:
    """DuckDB's `threads` where steps run side by side on so many bytes; nothing where it may take all cores.

    Up to 128 MB its own threads cost more than they help.
    """
    return {"threads": 1} if size < 2**27 else {}


def models_at_once(size: int) -> int:
    """How many models are built side by side of rounds of so many bytes.

    They share what the database may hold, and from 64 MB on (some 20 million counts) one of them takes all of it.
    """
    return 2 if size < 2**26 else 1


@dataclass(frozen=True)
class Home:
    """The state of one installation (design: `MTM_HOME`). Microdata lies in `vault` and `build`, nowhere else."""

    root: Path

    @classmethod
    def from_env(cls) -> Home:
        """`MTM_HOME`, or `.mtm` in the working folder."""
        return cls(Path(os.environ.get("MTM_HOME") or ".mtm").absolute())

    @property
    def inbox(self) -> Path:
        """The folder that the sensor watches."""
        return self.root / "inbox"

    @property
    def vault(self) -> Path:
        """Raw deliveries by hash, and their sidecars."""
        return self.root / "vault"

    @property
    def received(self) -> Path:
        """Files that were taken from the inbox, by their names: microdata, which must not stay in the inbox."""
        return self.vault / "received"

    @property
    def normalized(self) -> Path:
        """Canonical Parquet, by round and by hash of what made it."""
        return self.build / "normalized"

    @property
    def build(self) -> Path:
        """Candidates, build databases, verdicts, temp files."""
        return self.root / "build"

    @property
    def verdicts(self) -> Path:
        """Every verdict that was given: `<round_key>/<normalized id>.json`."""
        return self.build / "verdicts"

    @property
    def corrections(self) -> Path:
        """This installation's ledgers of corrections, one per operation: they hold delivered values."""
        return self.vault / "corrections"

    @property
    def waivers(self) -> Path:
        """The ledger of waivers, one line each: append only."""
        return self.root / "waivers"

    @property
    def alerts(self) -> Path:
        """What alerts remember: what was told, what waits for a channel. For the owner only; made when it is first needed."""
        return self.root / "alerts"

    @property
    def gate_docs(self) -> Path:
        """Data Docs of the gate's verdicts: `<round_key>/<normalized id>/index.html`, without a personal value."""
        return self.build / "gate_docs"

    @property
    def boundaries(self) -> Path:
        """Boundaries for maps: `<operation>/level<N>.geojson`. Made when the first are imported."""
        return self.root / "boundaries"

    @property
    def collection(self) -> Path:
        """Rounds while they are collected: their private database and daily pages. Made when the first is kept."""
        return self.root / "collection"

    @property
    def exports(self) -> Path:
        """What was given away beside the releases: the log of person-level files (value-free). Made when it is first needed."""
        return self.root / "exports"

    @property
    def published(self) -> Path:
        """What readers see: `releases/<id>` and `current`."""
        return self.root / "published"

    @property
    def releases(self) -> Path:
        """All releases that are kept."""
        return self.published / "releases"

    @property
    def current(self) -> Path:
        """The pointer: a symlink to the release that is served."""
        return self.published / "current"

    @property
    def latest_candidate(self) -> Path:
        """The channel beside it: a symlink to the newest whole release that passed the gate, served or held back."""
        return self.published / "latest-candidate"

    @property
    def dagster(self) -> Path:
        """Dagster's own storage (`DAGSTER_HOME`)."""
        return self.root / "dagster"

    def ensure(self) -> Home:
        """Create the folders; the ones with microdata are for the owner only (0700). Raises MtmError for a newer state."""
        from warehouse.migrations.steps import migrate

        migrate(self.root, only_automatic=True)
        for path in (self.root, self.inbox, self.published, self.releases, self.dagster):
            path.mkdir(parents=True, exist_ok=True)
        for path in (self.vault, self.build):
            _private(path)
        for path in (self.normalized, self.verdicts, self.corrections, self.waivers, self.gate_docs):
            _private(path)
        os.environ.setdefault("POLARS_TEMP_DIR", str(self.build))  # what does not fit into memory
        return self


def private_folder(path: Path) -> Path:
    """The folder, made for the owner only."""
    _private(path)
    return path


def _private(path: Path) -> None:
    """A folder for the owner only, whatever the umask is and however it was made before."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.stat().st_mode & 0o077:
        path.chmod(0o700)
