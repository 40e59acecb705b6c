"""Checks on what the environment gives: secrets that are empty or placeholders, or not given though a source needs them.

A secret's value is looked at and never told.
"""

from __future__ import annotations

import os
import re

from warehouse.doctor.model import Asked, Found, bad, ok, warn

EMPTY_WORDS = re.compile(
    r"(?i)^\W*(change[-_ ]?me|changeit|secret|password|passw0rd|passwort|token|todo|tbd|fixme|none|null|example|test|dummy|default"
    r"|your[-_ ].*|my[-_ ].*|insert[-_ ].*|replace[-_ ].*|put[-_ ].*[-_ ]here|x{3,}|\*{3,}|\.{3,}|…|123456?7?8?9?0?|admin|postgres|dagster|mtm)\W*$"
)
BRACKETS = re.compile(r"^\s*(<.*>|\{\{.*\}\}|\$\{.*\}|\[.*\])\s*$")
SHORT = 8  # letters: shorter secrets are guessed


def secrets(asked: Asked) -> Found:
    """Every secret that is given is one; every source that is on has its own."""
    from warehouse.cli.told import variables

    named = {v.name for v in variables() if v.secret} | _of_sources()
    given = {name: os.environ[name] for name in sorted(named) if name in os.environ}
    blank = [name for name, value in given.items() if not value.strip()]
    fake = [name for name, value in given.items() if value.strip() and is_placeholder(value)]
    missing = [name for name in sorted(_needed()) if not os.environ.get(name, "").strip() and name not in blank]
    told = (
        [f"{n} is empty" for n in blank]
        + [f"{n} is a placeholder" for n in fake]
        + [f"{n} is not set" for n in missing]
    )
    if told:
        return bad("; ".join(told), "set them for the services, or remove the empty ones (docs/environment.md)")
    if short := [
        name for name, value in given.items() if len(value) < SHORT and "://" not in value and "/" not in value
    ]:
        return warn(f"{', '.join(short)}: fewer than {SHORT} letters", "choose longer ones: openssl rand -base64 24")
    return ok(f"{', '.join(given) or 'none'} given")


def is_placeholder(value: str) -> bool:
    """Whether a value stands for a secret that nobody put in. Of an address, its password is looked at."""
    found = re.match(r"[a-z0-9+]+://[^/@]*?:([^/@]*)@", value)
    text = found.group(1) if found else value
    return bool(EMPTY_WORDS.match(text) or BRACKETS.match(text))


def _of_sources() -> set[str]:
    from warehouse.deliveries.sources.model import all_sources

    return {s.secret_env for s in all_sources()[0] if s.secret_env}


def _needed() -> set[str]:
    """Variables that a source needs which is on: those it names itself, and those of services."""
    from warehouse.deliveries.sources.model import all_sources

    enabled = [s for s in all_sources()[0] if s.enabled]
    return {s.secret_variable for s in enabled if s.secret_variable and (s.secret_env or s.kind != "files")}
