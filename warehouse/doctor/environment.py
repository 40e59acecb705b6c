"""What is made of the list of variables: docs/environment.md, and the example of the file that a server's services read.

Writing both belongs here; the list is `warehouse/cli/words/environment.yml`. Run it after a change there:
`.venv/bin/python -m warehouse.doctor.environment`.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from warehouse.cli.told import Variable, variables
from warehouse.settings import PROJECT

PAGE, EXAMPLE = PROJECT / "docs" / "environment.md", PROJECT / "deploy" / "mtm.env.example"
NOT_OF_A_SERVER = {"terminal", "work on the project"}
SET_BY_DEPLOY = {"MTM_HOME", "MTM_CODE_HOST", "MTM_CODE_PORT"}  # units and compose.yaml say them

HEAD = """# Variables of the environment

All configuration of an installation: there is no other file, but those under `operations/` and `alerts.yml`. `mtm help environment` shows
the same list, `mtm doctor` says which secrets are empty or placeholders. Values that are no number, no address or no folder are refused by
the command that needs them, with one line.

- **Where to set them.** In a terminal: `export`. On a server: one file, `deploy/mtm.env` for compose, `/etc/mtm/mtm.env` for systemd, mode
  0600 ([deployment](deployment.md)); [mtm.env.example](../deploy/mtm.env.example) has all of them.
- **Secrets** (🔑) may come as a file: where `MTM_KOBO_TOKEN_FILE` names one, its text is the value. That holds for every variable that
  begins with `MTM_`, and for `DTMAPI_SUBSCRIPTION_KEY`. What is set itself goes first; a file that is empty or can't be read is an error.
- **Services**: which of a server's services read it ([deployment](deployment.md)); without a name, all, and the terminal.

This page is made of `warehouse/cli/words/environment.yml` (`.venv/bin/python -m warehouse.doctor.environment`).
"""
TOP = """# The environment of a server's services. Copy it to deploy/mtm.env (compose) or /etc/mtm/mtm.env (systemd), mode 0600, and set what
# is needed: everything has its default or is left out. docs/environment.md explains each. Write values with spaces or $ as '…'.
# A secret may stand in a file: NAME_FILE=/path in place of NAME.
"""


def page() -> str:
    """The page, from the list."""
    parts = [HEAD]
    for group, members in groupby(variables(), key=lambda v: v.group):
        parts.append(
            f"\n## {group[0].upper()}{group[1:]}\n\n| variable | what it says | without it | services |\n|---|---|---|---|\n"
        )
        parts += [_row(v) for v in members]
    return "".join(parts)


def _row(v: Variable) -> str:
    what = (
        _cell(v.what)
        + (f" **Required {_cell(v.required)}.**" if v.required else "")
        + (f" As `{v.example}`." if v.example else "")
    )
    return f"| `{v.name}`{' 🔑' if v.secret else ''} | {what} | {f'`{v.default}`' if v.default else '–'} | {', '.join(v.services) or 'all'} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def example() -> str:
    """The file of a server, every variable commented out."""
    parts = [TOP]
    for group, members in groupby(variables(), key=lambda v: v.group):
        if group in NOT_OF_A_SERVER:
            continue
        parts.append(f"\n# {group[0].upper()}{group[1:]}\n")
        parts += [_line(v) for v in members if v.name not in SET_BY_DEPLOY]
    return "".join(parts)


def _line(v: Variable) -> str:
    value = "" if v.secret and "://" not in v.example else v.example or v.default
    needed = f" Required {v.required}." if v.required else ""
    return f"# {v.what}{needed}\n#{v.name}={value if ' ' not in value else repr(value)}\n"


def main() -> None:
    """Write both."""
    written: dict[Path, str] = {PAGE: page(), EXAMPLE: example()}
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
