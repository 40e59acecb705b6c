"""What `deploy/` declares: services of the compose file and systemd's units, read as data."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from warehouse.settings import PROJECT

DEPLOY = PROJECT / "deploy"
OURS = ("code", "webserver", "viewer", "daemon", "pages")


def compose() -> dict[str, Any]:
    """The compose file, anchors and merges resolved."""
    data: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return data


def command(service: str) -> list[str]:
    """What `mtm` is told to start a service, as the compose file has it."""
    return list(compose()["services"][service]["command"])


def check(service: str) -> list[str]:
    """What `mtm` is told to ask whether it answers."""
    kind, program, *words = compose()["services"][service]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "mtm")
    return words


def port(service: str) -> int:
    """The port of a service: the one its command names, or the usual one."""
    from orchestration.serve import PORTS

    words = command(service)
    return int(words[words.index("--port") + 1]) if "--port" in words else PORTS[service]


class Unit(configparser.RawConfigParser):
    """A unit of systemd: keys keep their case and may stand more than once."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#", ";"), interpolation=None)
        self.read(path, encoding="utf-8")
        self.text = path.read_text(encoding="utf-8")

    def optionxform(self, optionstr: str) -> str:
        return optionstr

    def all(self, key: str) -> list[str]:
        """Every value of a key."""
        return re.findall(rf"^{re.escape(key)}=(.*)$", self.text, re.M)


def units() -> Iterator[tuple[str, Unit]]:
    """Name and content of each unit."""
    for path in sorted((DEPLOY / "systemd").glob("mtm*.*")):
        if path.suffix in (".service", ".timer", ".target"):
            yield path.name, Unit(path)
