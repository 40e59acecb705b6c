"""The command `mtm site`: the catalogue site, built into a folder, and a look at it on this machine.

Only asking and printing belongs here; the site is made in `serving/site/`.
"""

from __future__ import annotations

from pathlib import Path

import click

from warehouse.cli.output import json_option, print_json, say
from warehouse.progress import tell
from warehouse.settings import Home


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="The folder of the site (default: site in MTM_HOME).",
)
@click.option("--base-url", metavar="URL", help="Where it will stand: adds feed, sitemap and links between languages.")
@click.option("--operation", metavar="OPERATION", help="Tell of this operation only.")
@click.option("--all-downloads", "every", is_flag=True, help="Also the whole files of older releases.")
@click.option(
    "--serve",
    "port",
    type=int,
    is_flag=False,
    flag_value=8080,
    default=None,
    metavar="[PORT]",
    help="Then serve it on 127.0.0.1 (8080) for a look.",
)
@json_option
def site(
    out: Path | None, base_url: str | None, operation: str | None, every: bool, port: int | None, as_json: bool
) -> None:
    """The catalogue site: releases, reports, downloads, dictionary, quality, as static pages in three languages.

    \b
    mtm site                     builds .mtm/site; open its index.html
    mtm site --serve             and looks at it on 127.0.0.1:8080
    mtm site --out public --base-url https://data.example.org/mtm

    Any web server can host the folder. What is held back is not in it. Run it again after each publication.
    """
    from warehouse.serving.site.build import build

    home = Home.from_env()
    built = build(home, out or home.root / "site", base_url=base_url, operation=operation, every=every)
    if as_json:
        print_json(built.as_dict())
    else:
        click.echo(f"site of release {built.release_id}: {built.pages} pages, {built.reports} reports, {built.releases} releases, "
                   f"{built.files} files, {built.size / 1e6:.1f} MB")  # fmt: skip
        click.echo(f"open {built.folder / 'index.html'}, or give the folder to a web server")
    if port is not None:
        _serve(built.folder, port)


def _serve(folder: Path, port: int) -> None:
    from warehouse.errors import UsageError
    from warehouse.serving.site.serve import ADDRESS, server

    try:
        running = server(folder, port)
    except OSError:
        raise UsageError(f"port {port} can't be had", where="--serve", expected="a free port", todo="mtm site --serve 8081",
                         code="port_taken") from None  # fmt: skip
    with running:
        tell("")  # no living line while it serves
        say(f"http://{ADDRESS}:{running.server_port}/ · stop with Ctrl-C")
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            say("stopped")
