"""The rules of alerts: `operations/common/alerts.yml`, and over it an installation's own `MTM_HOME/alerts.yml`.

Reading and joining the two files belongs here. They hold no secret: a channel names variables (`channels/access.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from warehouse.alerts.model import Alert, Language
from warehouse.errors import MtmError
from warehouse.operation_files import Strict, read_yaml
from warehouse.settings import PROJECT, Home

COMMON = PROJECT / "operations" / "common" / "alerts.yml"
OWN = "alerts.yml"
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")]
Variable = Annotated[str, StringConstraints(pattern=r"^MTM_ALERT_[A-Z0-9_]+$")]


class Channel(Strict):
    """One way to people. Without `kinds` or `operations` it takes all; `per_hour` caps its messages, the rest comes as a digest.

    The variables of the environment: `url_env` (email: the mail server), `secret_env` (its password; webhook: a token),
    `to_env` and `from_env` (email). Without them the names that docs/alerts.md lists.
    """

    name: Name
    kind: Literal["email", "slack", "teams", "webhook"] | None = None
    enabled: bool = True
    language: Language = "en"
    kinds: list[str] | None = None
    operations: list[str] | None = None
    per_hour: int = Field(10, ge=1)
    url_env: Variable | None = None
    secret_env: Variable | None = None
    to_env: Variable | None = None
    from_env: Variable | None = None

    def takes(self, alert: Alert) -> bool:
        """Whether this alert is for this channel. What is about no round goes to every operation's channel."""
        operation = not self.operations or not alert.operation or alert.operation in self.operations
        return self.enabled and operation and (self.kinds is None or alert.kind in self.kinds)


class Rule(Strict):
    """How often the same thing of a kind is told again: after these hours, growing; empty means once."""

    again_after_hours: list[Annotated[float, Field(gt=0)]] = []


class File(Strict):
    """The file `alerts.yml`, here or in MTM_HOME."""

    channels: list[Channel] = []
    kinds: dict[str, Rule] = {}
    give_up_after_hours: float | None = Field(None, gt=0)


@dataclass(frozen=True)
class Rules:
    """Both files joined. `problem`: why the installation's own file is not used."""

    channels: list[Channel]
    kinds: dict[str, Rule]
    give_up_seconds: float
    problem: str = ""

    def pauses(self, kind: str) -> list[float]:
        """Seconds until the same thing may be told again, by turn; a kind without a rule once a day."""
        return [hours * 3600 for hours in self.kinds.get(kind, Rule(again_after_hours=[24])).again_after_hours]


def read_rules(home: Home) -> Rules:
    """The rules of an installation. A mistake in its own file is told as `problem`, and the common rules hold."""
    common = read_yaml(COMMON, File)
    try:
        own = _own(home.root / OWN, set(common.kinds))
    except MtmError as error:
        return _joined(common, File(), str(error))
    return _joined(common, own)


def _own(path: Path, known: set[str]) -> File:
    try:
        own = read_yaml(path, File)
    except MtmError as error:
        raise _wrong(error.what) from None
    except OSError as error:
        raise _wrong(f"{OWN} can't be read: {error.strerror}") from None
    names = [c.name for c in own.channels]
    named = {kind for c in own.channels for kind in c.kinds or []} | set(own.kinds)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise _wrong(f"{OWN} can't be used: channel {twice[0]} stands twice")
    if unknown := sorted(named - known):
        raise _wrong(f"{OWN} can't be used: there is no kind {unknown[0]}; kinds: {', '.join(sorted(known))}")
    return own


def _wrong(what: str) -> MtmError:
    return MtmError(
        what, where=f"MTM_HOME/{OWN}", expected="the keys of docs/alerts.md",
        todo="correct the file, then mtm alerts; until then the common rules hold", code="bad_alerts_file",
    )  # fmt: skip


def _joined(common: File, own: File, problem: str = "") -> Rules:
    channels = {channel.name: channel for channel in common.channels}
    for mine in own.channels:
        base = channels.get(mine.name)
        said = {key: getattr(mine, key) for key in mine.model_fields_set}
        channels[mine.name] = base.model_copy(update=said) if base else mine
    if nameless := [c.name for c in channels.values() if c.kind is None]:
        return _joined(common, File(), str(_wrong(f"{OWN} can't be used: channel {nameless[0]} has no kind")))
    hours = own.give_up_after_hours or common.give_up_after_hours or 72
    return Rules(list(channels.values()), {**common.kinds, **own.kinds}, hours * 3600, problem)
