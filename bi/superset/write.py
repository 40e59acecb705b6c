"""`python -m bi.superset.write`: the recipes and the catalogue of the marts, written in Superset's export format.

`--check` writes nothing and ends with 1 where a file is not what it would write: a test holds that.
"""

from __future__ import annotations

import sys
from typing import Any

import yaml

from bi.superset import boards, recipe, tables, viz
from bi.superset.recipe import HERE, stable
from warehouse.indicators.marts import marts

KINDS = ("databases", "datasets", "charts", "dashboards")
# The name of the serving database in the tree; the path of an installation is filled in when it is imported.
PLACEHOLDER = "duckdb:////MTM_HOME/published/current/mtm.duckdb"


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """YAML as people read it: long texts as blocks, nothing aliased."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Any, data: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)


_Dumper.add_representer(str, _text)


def database() -> dict[str, Any]:
    """The serving database: read-only, without access to any other file or address."""
    safe = {"enable_external_access": "false", "lock_configuration": "true"}
    return {
        "database_name": tables.DATABASE,
        "sqlalchemy_uri": PLACEHOLDER,
        "cache_timeout": None,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_file_upload": False,
        "extra": {
            "engine_params": {"connect_args": {"read_only": True, "config": safe}},
            "allows_virtual_table_explore": True,
        },
        "uuid": stable("database", tables.DATABASE),
        "version": "1.0.0",
    }


def assets() -> dict[str, dict[str, Any]]:
    """Every asset by its file name."""
    found: dict[str, dict[str, Any]] = {
        "metadata.yaml": {"version": "1.0.0", "type": "assets", "timestamp": "2026-11-26T00:00:00+00:00"},
        "databases/mtm.yaml": database(),
    }
    found |= {f"datasets/mtm/{name}.yaml": tables.of_mart(mart) for name, mart in marts().items()}
    found |= {f"datasets/mtm/{name}.yaml": tables.of_recipe(name, made) for name, made in recipe.datasets().items()}
    for name, board in recipe.dashboards().items():
        found |= {f"charts/{name}_{key}.yaml": viz.chart(name, key, one) for key, one in board.charts.items()}
        found[f"dashboards/{name}.yaml"] = boards.dashboard(name, board)
    return found


def written() -> dict[str, str]:
    """The text of every asset by its file name."""
    return {
        name: yaml.dump(one, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
        for name, one in assets().items()
    }


def present() -> dict[str, str]:
    """The assets that lie in this folder."""
    files = [HERE / "metadata.yaml", *(path for kind in KINDS for path in (HERE / kind).rglob("*.yaml"))]
    return {path.relative_to(HERE).as_posix(): path.read_text(encoding="utf-8") for path in files if path.exists()}


def main() -> int:
    """Writes what differs and removes what no recipe makes; `--check` only says so."""
    wanted, there = written(), present()
    changed = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
    if "--check" in sys.argv:
        print(
            "\n".join(f"not as the recipes say: bi/superset/{name}" for name in changed) or "all assets are up to date"
        )
        return 1 if changed else 0
    for name in changed:
        path = HERE / name
        if name not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[name], encoding="utf-8")
    print(f"{len(changed)} of {len(wanted)} assets written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
