"""The command `mtm report`: the report of a round, as a page or as PDF.

Only asking and writing the file belongs here; the report is made in `serving/report`.
"""

from __future__ import annotations

from pathlib import Path

import click

from warehouse.cli.output import json_option, print_json, say
from warehouse.errors import UsageError
from warehouse.settings import Home


@click.command()
@click.argument("round_key", metavar="ROUND")
@click.option("--lang", type=click.Choice(["en", "ru", "ky"]), default="en", show_default=True, help="Language.")
@click.option("--release", metavar="RELEASE", help="An id, a tag, or latest-candidate; the current release by default.")
@click.option("--out", type=click.Path(), help="File to write (.html or .pdf; what is there is overwritten), or a folder; reports/ is made.  [default: ROUND.LANG.html here]")  # fmt: skip
@click.option("--pdf", "as_pdf", is_flag=True, help="A PDF; needs a Chromium (on the PATH, or MTM_CHROMIUM).")
@json_option
def report(round_key: str, lang: str, release: str | None, out: str | None, as_pdf: bool, as_json: bool) -> None:
    """The report of a round: headlines, maps, tables, method, limits, where each figure is from. One file."""
    from warehouse.serving.report import report_html
    from warehouse.serving.report.pdf import chromium, pdf
    from warehouse.serving.source import published

    path = _path(round_key, lang, out, as_pdf)
    source = published(Home.from_env(), release)
    printed = path.suffix == ".pdf"
    if printed:
        chromium()  # said before the work is done
    page = report_html(source, round_key, lang, for_print=printed)
    if printed:
        say("printing the PDF …")
    data = pdf(page) if printed else page.encode()
    _write(path, data, make_folder=(out or "").endswith("/"))
    told = {"report": str(path), "round_key": round_key, "release_id": source.release_id, "language": lang,
            "format": path.suffix[1:], "bytes": len(data), "synthetic": source.synthetic}  # fmt: skip
    print_json(told) if as_json else click.echo(
        f"{path}: {round_key}, release {source.release_id}, {lang}, {len(data):,} bytes"
    )


def _path(round_key: str, lang: str, asked: str | None, as_pdf: bool) -> Path:
    """Where the report goes; a name that ends on a slash is a folder. Raises UsageError: --pdf and a name that ends on .html, or an ending that is neither."""
    name = f"{round_key}.{lang}.{'pdf' if as_pdf else 'html'}"
    out = Path(asked or ".")
    if out.is_dir() or (asked or "").endswith("/"):
        return out / name
    ending = out.suffix.lower()
    if ending not in (".html", ".pdf") or (as_pdf and ending != ".pdf"):
        raise UsageError(
            f"a report can't be written as {out.suffix or 'a file without an ending'}" + (" with --pdf" if as_pdf else ""),
            where=str(out), expected="a name that ends on .pdf" if as_pdf else "a name that ends on .html or .pdf",
            todo="name the file so, or give a folder: a name that ends on /", code="report_format",
        )  # fmt: skip
    return out.with_suffix(ending)


def _write(path: Path, data: bytes, *, make_folder: bool) -> None:
    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(
            f"the report can't be written ({error.strerror})", where=str(path),
            expected="a folder that is there and may be written to", todo="give another --out", code="not_writable",
        ) from error  # fmt: skip
