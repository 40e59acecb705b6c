"""dbt as Dagster sees it: the parsed project, the names and groups of its models, and its results as Dagster's events.

Translating belongs here, pure as far as it can be; dbt itself runs in `warehouse/releases/models.py`, in this process
(its command line would cost eight seconds). Concept: https://docs.dagster.io/integrations/libraries/dbt
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from itertools import takewhile
from typing import Any

import dagster as dg

from orchestration.dagster_dbt_parts import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from orchestration.lineage import column_metadata
from orchestration.tables import Shown
from orchestration.texts import model_text, owners, tags, texts
from warehouse.errors import MtmError
from warehouse.settings import Home
from warehouse.trace.columns import Known

UNIQUE_ID = "dagster_dbt/unique_id"  # metadata of specs made by dagster-dbt
BUILT = {"success"}
HELD = {"pass", "warn"}
ASKED_TOGETHER = {"accepted_values", "relationships", "not_null", "unique"}

Names = Mapping[str, dg.AssetKey | dg.AssetCheckKey]
Contents = Mapping[str, tuple[int | None, str]]
Event = dg.MaterializeResult | dg.AssetCheckResult


class Translator(DagsterDbtTranslator):
    """Models are named as in dbt and grouped by folder; everything that they read from outside is the candidate."""

    def __init__(self, columns: Known | None = None) -> None:
        """All sources are one asset, the candidate: that is allowed on purpose. `columns` are shown with their origins."""
        self.columns = columns or {}
        super().__init__(
            DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True, enable_source_metadata=False)
        )

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`mart_population`; `candidate` for sources."""
        is_source = dbt_resource_props["resource_type"] == "source"
        return dg.AssetKey("candidate" if is_source else dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The group of the model's stage."""
        return texts().stages[stage_of(dbt_resource_props)].group

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        """Stage, component and sensitivity; dbt's own tags are for dbt."""
        return tags(stage_of(dbt_resource_props), dbt_resource_props["columns"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        """The teams of the stage."""
        return owners(stage_of(dbt_resource_props))

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """What a row is, what the model reads, what can go wrong; its SQL is in the repository."""
        before = dbt_resource_props.get("depends_on", {}).get("nodes", [])
        reads = sorted({".".join(unique_id.split(".")[2:]) for unique_id in before})
        keys = [c["columns"] for c in dbt_resource_props.get("constraints", []) if c["type"] == "primary_key"]
        described = dbt_resource_props.get("description") or "A table of the project."
        return model_text(stage_of(dbt_resource_props), described, reads, keys[0] if keys else [])

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """The table's name, its columns with types, and what each column is made from."""
        return column_metadata(dbt_resource_props, self.columns)

    def get_asset_check_spec(self, *args: Any, **kwargs: Any) -> dg.AssetCheckSpec | None:
        """Tests are shown, and never block here: the gate reads their results and its verdict blocks, so there is one.

        Codes, links and keys have no check each: one test asks them all (dbt_project/selectors.yml).
        """
        manifest, unique_id = args[1:3] if len(args) > 2 else (kwargs["manifest"], kwargs["unique_id"])
        if (manifest["nodes"][unique_id].get("test_metadata") or {}).get("name") in ASKED_TOGETHER:
            return None
        spec = super().get_asset_check_spec(*args, **kwargs)
        return (
            None if spec is None else spec._replace(blocking=False, description=test_text(manifest["nodes"][unique_id]))
        )


def stage_of(node: Mapping[str, Any]) -> str:
    """The stage of a model: its layer, or what is worked on in between (the folder of `intermediate`).

    What stands on marts is drawn with the last ones, wherever its file lies: groups would read each other in a loop.
    """
    if node["resource_type"] != "model":
        return {"seed": "seeds", "source": "candidate"}[node["resource_type"]]
    _, layer, *inside = node["fqn"]
    on_marts = layer == "intermediate" and any(".mart_" in uid for uid in node.get("depends_on", {}).get("nodes", []))
    if on_marts or [layer, *inside[:1]] in (["marts", "release"], ["intermediate", "figures"]):
        return "release_marts"
    if layer == "intermediate" and len(inside) > 1:
        layer = inside[0]
    elif layer == "semantic":  # a calendar, which no delivery changes
        layer = "seeds"
    return layer if layer in texts().stages else "marts"


def read_manifest(home: Home) -> dict[str, Any]:
    """dbt's parsed project from the state folder; parsed there first where that was not done for these files.

    The UI, the daemon and a run may ask at once: one of them parses, the others wait. Raises MtmError where dbt can't.
    """
    from warehouse.releases import lock
    from warehouse.releases.models import manifest_path

    parsing = home.build / "dbt.lock"
    lock.acquire(parsing)
    try:
        path = manifest_path(home)
    finally:
        lock.release(parsing)
    if not path.exists():
        raise MtmError(
            "dbt could not parse its project",
            where="dbt_project/",
            expected="models, macros and their descriptions without errors",
            todo="dbt parse --project-dir dbt_project --profiles-dir dbt_project shows where",
            code="dbt_failed",
        )
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def names_by_unique_id(specs: Sequence[dg.AssetSpec], checks: Sequence[dg.AssetCheckSpec]) -> Names:
    """dbt's unique id → the key of the asset or of the check that stands for it; what is read before what reads it."""
    before = {spec.key: {dep.asset_key for dep in spec.deps} for spec in specs}
    place = {key: i for i, key in enumerate(TopologicalSorter(before).static_order())}
    ordered = [*sorted(specs, key=lambda spec: place[spec.key]), *checks]
    return {spec.metadata[UNIQUE_ID]: spec.key for spec in ordered if UNIQUE_ID in (spec.metadata or {})}


def events(
    nodes: Sequence[Mapping[str, Any]], names: Names, contents: Contents | None = None, *, copy_of: str | None = None
) -> Iterator[Event]:
    """dbt's node results as materializations and check results, in the order of `names`, which Dagster insists on.

    `contents`: rows of the round and their version; equal contents are no news for what stands on them.
    Where the candidate is the copy of a release (`copy_of`), what dbt did not touch is there too, and said to be.
    Nodes without a name (unit tests) are left out.
    """
    by_id, contents = {node["unique_id"]: node for node in nodes}, contents or {}
    for unique_id, key in names.items():
        node = by_id.get(unique_id)
        if isinstance(key, dg.AssetCheckKey):
            if node is not None:
                yield _checked(node, key)
        elif node is not None and node["status"] in BUILT:
            yield _materialized(key, _measured(node), contents.get(unique_id))
        elif node is None and copy_of is not None:
            yield _materialized(key, {"stands as in release": copy_of}, contents.get(unique_id))


def not_built(nodes: Sequence[Mapping[str, Any]], names: Names, *, is_copy: bool) -> list[str]:
    """Assets that dbt did not build, because they or what they stand on failed.

    In a copy of a database of the same models (`is_copy`), what dbt did not touch stands as it is.
    """
    seen = {node["unique_id"]: node["status"] for node in nodes}
    expected = (uid for uid in names if uid in seen) if is_copy else iter(names)
    keys = (names[uid] for uid in expected if seen.get(uid) not in BUILT)
    return sorted(key.to_user_string() for key in keys if isinstance(key, dg.AssetKey))


def test_text(node: Mapping[str, Any]) -> str:
    """What a test of dbt holds, in words: its description, what its file says at its head, or its name."""
    head = [line.strip() for line in node["raw_code"].strip().splitlines()]
    comment = " ".join(line.removeprefix("--").strip() for line in takewhile(lambda line: line.startswith("--"), head))
    if name := (node.get("test_metadata") or {}).get("name"):
        column = (node["test_metadata"].get("kwargs") or {}).get("column_name")
        comment = f"{name.replace('_', ' ').capitalize()}{f' in the column {column}' if column else ''}."
    return node.get("description") or comment or f"{node['name'].replace('_', ' ').capitalize()}."


def kind(message: str | None) -> str:
    """What kind of error dbt's message names (`Runtime Error, Conversion Error`): its text may quote cells."""
    return ", ".join(dict.fromkeys(re.findall(r"[A-Z][a-z]+ Error", message or "")))


def _checked(node: Mapping[str, Any], key: dg.AssetCheckKey) -> dg.AssetCheckResult:
    is_error = node["status"] not in {*HELD, "skipped"}
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=node["status"] == "pass",
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        description=None if node["status"] == "pass" else f"{node['status']}: {node.get('failures') or 0} rows",
        metadata={"status": node["status"], "rows": int(node.get("failures") or 0), "seconds": float(node["seconds"])},
    )


def _materialized(key: dg.AssetKey, metadata: Shown, content: tuple[int | None, str] | None) -> dg.MaterializeResult:
    if content is None:
        return dg.MaterializeResult(asset_key=key, metadata=metadata)
    rows, version = content
    told = metadata if rows is None else {**metadata, "rows of the round": rows}
    return dg.MaterializeResult(asset_key=key, metadata=told, data_version=dg.DataVersion(version))


def _measured(node: Mapping[str, Any]) -> Shown:
    measured: Shown = {"seconds": float(node["seconds"])}
    rows = node.get("rows")
    if isinstance(rows, int) and rows >= 0:
        measured["dagster/row_count"] = rows
    return measured
