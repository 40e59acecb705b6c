"""What must not come into the repository: deliveries and databases, large files, merge markers, keys, passwords, paths of a machine.

Called with files (`pre-commit` does so), or without any for all that git holds. One line for each thing found, exit code 1.
How code reads is the matter of ruff, mypy, sqlfluff and yamllint; this looks at any text, whatever it is written in.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 500_000  # bytes
MAY_BE_LARGER = {"uv.lock"}
# Rounds live in MTM_HOME; tests make theirs. A table of people that was committed stays in the history for good.
DATA = {
    ".xlsx",
    ".xls",
    ".xlsm",
    ".xlsb",
    ".ods",
    ".sav",
    ".dta",
    ".parquet",
    ".duckdb",
    ".wal",
    ".sqlite",
    ".db",
    ".zip",
}
PUBLIC_INDEX = ("https://pypi.org/", "https://files.pythonhosted.org/")
PATTERNS = {
    "a merge marker": r"^(?:<{7}|>{7}|\|{7}) ",
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "a key of a service": r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{36}|github_pat_\w{60,}|xox[abprs]-\w{10,}|glpat-[\w-]{20})",
    "the address of a chat's webhook": r"https://(?:hooks\.slack\.com/services/T\w{8,}/B\w{8,}/\w{20,}|\w+\.webhook\.office\.com/webhookb2/[\w-]{30,})",
    "a path of somebody's machine": r"(?<![\w.])/(?:Users|home)/(?!(?:somebody|me|you|inbox|mtm)\b)\w\S*",
}
# Made-up passwords in addresses are what tests of their hiding are made of.
OUTSIDE_OF_TESTS = {
    "a password in an address": r"\b\w+://[^\s/:@\"'<>{}$…]+:(?!…|\.\.\.|PASSWORD|password|\*)[^\s/@\"'<>{}$…]+@[\w.]"
}
INDEX = r'(?:index-url\s*=|registry = "|url = ")\s*"?(https?://[^\s"]+)'


def found_in(name: str, text: str) -> Iterator[str]:
    """What must not stand in a text, as `what, line n`; the thing itself is not repeated."""
    patterns = PATTERNS if name.startswith("tests/") else PATTERNS | OUTSIDE_OF_TESTS
    for what, pattern in patterns.items():
        for match in re.finditer(pattern, text, re.MULTILINE):
            yield f"{what}, line {text.count(chr(10), 0, match.start()) + 1}"
    if any(not address.startswith(PUBLIC_INDEX) for address in re.findall(INDEX, text)):
        yield "the address of another package index than the public one"


def found(root: Path, name: str) -> list[str]:
    """What is wrong with a file of the tree; a folder, a link or what is gone is not looked at."""
    path = root / name
    if path.is_symlink() or not path.is_file():
        return []
    if path.suffix.lower() in DATA:
        return ["a file of data: rounds live in MTM_HOME, tests make theirs"]
    if path.stat().st_size > LARGEST and name not in MAY_BE_LARGER:
        return [f"larger than {LARGEST // 1000} KB"]
    content = path.read_bytes()
    return [] if b"\0" in content[:8000] else list(found_in(name, content.decode("utf-8", errors="replace")))


def tracked(root: Path) -> list[str]:
    """All files that git holds, by their path below the root."""
    run = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    return [name for name in run.stdout.split("\0") if name]


def main(names: list[str], root: Path = ROOT) -> int:
    """Print what was found in these files, or in all; 1 where there is anything."""
    wrong = [f"{name}: {what}" for name in names or tracked(root) for what in found(root, name)]
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
