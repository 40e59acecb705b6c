"""The command `mtm export`: a release in a format that other programs read.

Only asking and printing belongs here; the work is done in `serving/package/`.
"""

from __future__ import annotations

from pathlib import Path

import click

from warehouse.cli.output import json_option, print_json, say
from warehouse.settings import Home

FORMATS = ["csv", "xlsx", "parquet", "sdmx", "dcat", "frictionless", "package"]


@click.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(FORMATS))
@click.option("--release", "release_id", metavar="RELEASE", help="Of this release: an id, a tag, or latest-candidate.")
@click.option("--mart", "marts", multiple=True, metavar="MART", help="Only this mart; may come again.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to: a file (xlsx, dcat, package) or a folder.")
@click.option("--lang", type=click.Choice(["en", "ru", "ky"]), default="en", show_default=True,
              help="Of a workbook: the language of its cover, its titles and the names in sheets of figures.")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite what is there; a folder is not emptied.")
@json_option
def export(
    form: str, release_id: str | None, marts: tuple[str, ...], out: Path | None, lang: str, force: bool, as_json: bool
) -> None:
    """A release in one format: csv, xlsx, parquet, sdmx, dcat, frictionless, or the whole package as a ZIP file.

    \b
    mtm export package                          all of it in one file, to hand on
    mtm export xlsx --lang ru                   one workbook, in Russian
    mtm export csv --mart mart_population --out figures
    mtm export frictionless --release r000007   CSV files with datapackage.json

    What is in them: docs/open-data.md.
    """
    from warehouse.serving.package.export import Asked
    from warehouse.serving.package.export import export as written
    from warehouse.serving.source import published

    source = published(Home.from_env(), release_id)
    if source.synthetic:
        say("SYNTHETIC: this release holds rounds that were made, not collected")
    files = written(source, Asked(form, marts, out, force, lang))
    sizes = [{"path": str(file), "bytes": file.stat().st_size} for file in files]
    if as_json:
        print_json({"release_id": source.release_id, "format": form, "synthetic": source.synthetic, "files": sizes})
        return
    for file in files:
        click.echo(f"{file} ({file.stat().st_size:,} bytes)")
