"""The manual is true where that can be held cheaply: no dead link, no page that nobody links, commands that exist, decisions in their form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest

from warehouse.cli import cli
from warehouse.settings import PROJECT

DOCS = PROJECT / "docs"
TOP = [PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "NOTICE.md")]
PAGES = [*TOP, *sorted(DOCS.rglob("*.md"))]
DECISIONS = DOCS / "decisions"
RUNBOOKS = DOCS / "runbooks"
LINK = re.compile(r"\]\(([^)\s#]+)?(?:#([^)\s]+))?\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
BEGINS = r"(?:^|&& |[;|·] |bin/|[A-Z]=\S+ |sudo )"  # where a command begins within a line
COMMAND = re.compile(BEGINS + r"mtm ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
TARGET = re.compile(BEGINS + r"make ([a-z][a-z-]*)")


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def linked(path: Path) -> Iterator[tuple[str, str]]:
    """Targets in the tree and anchors of a page's links; addresses of the web are not looked at."""
    for target, anchor in LINK.findall(re.sub(r"```.*?```|`[^`\n]*`", "", text_of(path), flags=re.DOTALL)):
        if "://" not in target and not target.startswith("mailto:"):
            yield target, anchor


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as a forge makes them."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text_of(path), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_link_is_dead(page: Path) -> None:
    for target, anchor in linked(page):
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), f"{name(page)} links {target}, which is not there"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{name(page)} links {target}#{anchor}, and there is no such heading"


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [PROJECT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        waiting += [p for t, _ in linked(page) if (p := (page.parent / t).resolve()).suffix == ".md" and p.exists()]
    assert {name(page) for page in PAGES} - {name(page) for page in reached} == set()


def code_of(page: Path) -> Iterator[str]:
    """Lines of code of a page: of its blocks, fenced or indented, and what stands between backticks."""
    text = text_of(page)
    for block in FENCED.findall(text):
        yield from (line.strip() for line in block.splitlines()[1:-1])
    rest = FENCED.sub("", text)
    yield from (line.strip() for line in rest.splitlines() if line.startswith("    "))
    yield from re.findall(r"`([^`\n]+)`", rest)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_and_targets_that_a_page_names_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of(PROJECT / "Makefile"), re.MULTILINE))
    for line in code_of(page):
        assert set(TARGET.findall(line)) <= targets, f"{name(page)}: make has no such target: {line}"
        for first, second in COMMAND.findall(line):
            command = cli.commands.get(first)
            assert command, f"{name(page)}: no command mtm {first}: {line}"
            assert not second or not isinstance(command, click.Group) or second in command.commands, (
                f"{name(page)}: no command mtm {first} {second}: {line}"
            )


def test_the_search_for_commands_finds_them(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Say `mtm run` and\n\n    make demo && mtm show\n\n```\n.venv/bin/mtm gc\n```\nmtm is nice.\n")
    lines = list(code_of(page))
    assert [first for line in lines for first, _ in COMMAND.findall(line)] == ["gc", "show", "run"]
    assert [target for line in lines for target in TARGET.findall(line)] == ["demo"]
    asked = dict(options_of("MTM_HOME=/tmp/x mtm run r01 --hold --nonsense   # --not-this && mtm gc"))
    assert "--hold" in asked["--hold"] and "--nonsense" not in asked["--nonsense"] and "--not-this" not in asked


def options_of(line: str) -> Iterator[tuple[str, set[str]]]:
    """Options of every `mtm` command of a line, with those that the command has."""
    for part in re.split(r" && | \| |; | · ", line):
        begins = re.match(r"(?:[A-Z_]+=\S+ |sudo (?:-u \S+ )?|docker compose exec \S+ )*(?:\S*bin/)?mtm ", part.strip())
        words = re.sub(r"\s#.*$", "", part.strip()[begins.end() :]).split() if begins else []
        command: click.Command = cli
        for word in words:
            if isinstance(command, click.Group) and word in command.commands:
                command = command.commands[word]
        known = {o for c in (cli, command) for p in c.params for o in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
        for word in words:
            if re.fullmatch(r"--[a-z][a-z-]*(?:=.*)?", word):
                yield word.split("=")[0], known


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_options_that_a_page_names_exist(page: Path) -> None:
    for line in code_of(page):
        for option, known in options_of(line):
            assert option in known, f"{name(page)}: no option {option}: {line}"


def test_runbooks_have_their_parts_and_stand_in_the_list() -> None:
    pages = sorted(path for path in RUNBOOKS.glob("*.md") if path.name != "README.md")
    listed = re.findall(r"^\|.*\]\(([a-z-]+\.md)\) \|$", text_of(RUNBOOKS / "README.md"), re.MULTILINE)
    assert sorted(listed) == [path.name for path in pages] and len(pages) >= 7
    roles = {role.lower() for role in re.findall(r"\*([A-Z][a-z ]+)\*:", text_of(RUNBOOKS / "README.md"))}
    for path in pages:
        text = text_of(path)
        assert text.startswith("# ") and "**When you are here.**" in text, path.name
        parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert parts[-2:] == ["Good again", "Whom to tell"] and len(parts) >= 3, path.name
        assert re.search(r"^ +1\. |^1\. ", text, re.MULTILINE), f"{path.name} has no steps"
        assert any(role in text.split("## Whom to tell")[1].lower() for role in roles), f"{path.name} names no role"


def test_decisions_have_their_parts_and_stand_in_the_list() -> None:
    records = sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")
    listed = re.findall(
        r"^\| (\d+) \| \[([^]]+)\]\(([^)]+)\) \| (\S+) \|$", text_of(DECISIONS / "README.md"), re.MULTILINE
    )
    told = []
    for number, path in enumerate(records, 1):
        assert path.name.startswith(f"{number:04d}-"), f"{path.name}: numbers go on without a gap"
        head = re.match(r"# (\d+)\. (.+)\n\nDate: (\d{4}-\d\d-\d\d)\n", text_of(path))
        assert head, f"{path.name} begins with its number, title and date"
        assert date.fromisoformat(head[3])
        parts = re.split(r"^## (.+)$", text_of(path), flags=re.MULTILINE)
        assert parts[1::2] == ["Context", "Decision", "Consequences"], path.name
        assert all(len(part.split()) >= 15 for part in parts[2::2]), f"{path.name}: a part says too little"
        assert len(text_of(path).split()) < 400, f"{path.name} is no short record"
        told.append((head[1], head[2], path.name, head[3]))
    assert told == listed and len(told) > 20


def test_the_changelog_tells_the_version() -> None:
    versions = re.findall(r"^## (\S+)(?: \((\d{4}-\d\d-\d\d)\))?$", text_of(PROJECT / "CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == ("Unreleased", "")
    numbers = [tuple(map(int, number.split("."))) for number, _ in versions[1:]]
    assert numbers == sorted(numbers, reverse=True) and all(day for _, day in versions[1:])
    stated = re.search(r'^version = "(.+)"$', text_of(PROJECT / "pyproject.toml"), re.MULTILINE)
    locked = re.search(r'^name = "mtm-warehouse"\nversion = "(.+)"$', text_of(PROJECT / "uv.lock"), re.MULTILINE)
    assert stated and locked and stated[1] == locked[1] == versions[1][0]
