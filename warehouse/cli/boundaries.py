"""Commands about boundaries for maps: import GeoJSON, and what is kept.

Only the asking and the answering belong here; the work is done in `gazetteer/boundaries/`.
"""

from __future__ import annotations

from pathlib import Path

import click

from warehouse.cli.output import json_option, print_json, print_table
from warehouse.settings import Home

SHOWN = 10


@click.group()
def boundaries() -> None:
    """Real boundaries for maps: import GeoJSON, show what is kept."""


@boundaries.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--operation", required=True, metavar="CODE", help="Whose places they are (kgz).")
@click.option("--level", required=True, type=click.IntRange(0, 4), help="The admin level of the areas (1: oblasts).")
@click.option("--source", required=True, help="Who made the boundaries; stands under every map.")
@click.option("--licence", required=True, help="Their licence; stands beside it.")
@click.option("--code-field", metavar="NAME", help="The property with the code; found by itself if not given.")
@click.option("--name-field", metavar="NAME", help="The property with the name, for areas without a known code.")
@click.option("--vintage", help="The vintage to match with; that of the newest round if not given.")
@click.option("--partial", is_flag=True, help="Keep what fits, although places or areas are left over.")
@click.option("--simplify/--no-simplify", default=True, help="Thin the borders to what a picture shows (default).")
@json_option
def import_(
    file: Path, operation: str, level: int, source: str, licence: str, code_field: str | None, name_field: str | None,
    vintage: str | None, partial: bool, simplify: bool, as_json: bool,
) -> None:  # fmt: skip
    """Take in the boundaries of one level: every place of the level must be there, in degrees (WGS 84)."""
    from warehouse.gazetteer.boundaries.take_in import take_in
    from warehouse.operations import load_operation

    done = take_in(
        file, load_operation(operation), Home.from_env().ensure(), level, source=source, licence=licence,
        code_field=code_field, name_field=name_field, vintage=vintage, partial=partial, thin=simplify,
    )  # fmt: skip
    if as_json:
        print_json({**done.__dict__, "file": str(done.file)})
        return
    by_code = f"{done.by_code} by code ({done.code_field})" if done.by_code else ""
    by_name = f"{done.by_name} by name ({done.name_field})" if done.by_name else ""
    click.echo(
        f"{done.places} places of level {done.level}, vintage {done.vintage}: "
        f"{', '.join(part for part in (by_code, by_name) if part)}"
    )
    click.echo(f"{done.points:,} points kept of {done.points_before:,}, {done.bytes / 1000:,.0f} kB, in {done.file}")
    if done.unknown:
        click.echo(f"left out, no such place: feature {_some(done.unknown)}")
    if done.without:
        click.echo(f"without a shape: {_some(done.without)}")


@boundaries.command()
@json_option
def show(as_json: bool) -> None:
    """The boundaries that are kept, with their source and licence."""
    from warehouse.gazetteer.boundaries.take_in import kept

    found = kept(Home.from_env())
    columns = ["operation", "level", "places", "vintage", "source", "licence"]
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in found])
    elif found:
        print_table(columns, found)
    else:
        click.echo("No boundaries are kept: maps are drawn as tiles. mtm gazetteer boundaries import takes them in.")


def _some(listed: list[int] | list[str]) -> str:
    return ", ".join(str(one) for one in listed[:SHOWN]) + (", …" if len(listed) > SHOWN else "")
