"""Stage build, second half: the dbt models as assets, run by one step, in this process.

Making the assets from dbt's manifest belongs here; the SQL is in `dbt_project/`, the translation in `orchestration/dbt.py`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from orchestration.assets.build import POOL
from orchestration.dbt import UNIQUE_ID, Event, Names, Translator, events, kind, names_by_unique_id, not_built
from orchestration.partitions import rounds
from orchestration.resources import WarehouseHome
from orchestration.work import Work
from warehouse.errors import MtmError
from warehouse.trace.columns import Known


def build_models(manifest: Mapping[str, Any], columns: Known | None = None) -> dg.AssetsDefinition:
    """All models and seeds of the manifest, with their `columns` where they are told; their tests as asset checks."""
    from orchestration.dagster_dbt_parts import dbt_assets

    names: dict[str, Any] = {}  # filled below: the names stand once the definition does
    tables: dict[str, str] = {}  # unique id → schema.table

    from warehouse.releases.model_versions import model_versions

    @dbt_assets(
        manifest=manifest, name="models", partitions_def=rounds, pool=POOL, dagster_dbt_translator=Translator(columns)
    )
    def models(context: dg.AssetExecutionContext, warehouse: WarehouseHome) -> Iterator[Event]:
        from orchestration.storage import together

        work = Work.of(context, warehouse.home)
        with work.stage("dbt"):
            nodes = _run(work, names)
            candidate = work.built_candidate()
            held = model_versions(candidate.opened.con, tables.values(), work.round_key)
            candidate.opened.begin_closing()  # the next step waits for its end
        contents = {uid: held[table] for uid, table in tables.items() if table in held}
        with together(context.instance):  # a hundred events in a moment
            yield from events(nodes, names, contents, copy_of=candidate.base_release if candidate.is_copy else None)

    names.update(names_by_unique_id(list(models.specs), list(models.check_specs)))
    tables.update({spec.metadata[UNIQUE_ID]: str(spec.metadata["dagster/table_name"]) for spec in models.specs})
    return models


def _run(work: Work, names: Names) -> list[dict[str, Any]]:
    """Run dbt. Where models are missing the verdict is given here, refused, as no later step can run."""
    from warehouse.engine.run import run_models

    candidate = work.built_candidate()
    outcome = run_models(candidate)
    missing = not_built(outcome.nodes, names, is_copy=candidate.is_copy)
    if missing:
        _refuse(work)
        failed = [f"{n['unique_id'].split('.')[2]} ({kind(n['message']) or n['status']})" for n in outcome.failed]
        raise MtmError(
            f"dbt did not build {len(missing)} models",
            where=", ".join(missing[:5]),
            expected=f"no failure; failed: {'; '.join(failed[:3]) or 'nothing'}",
            todo="mend the model or the data that it stands on, then mtm run",
            code="dbt_models_failed",
        )
    return outcome.nodes


def _refuse(work: Work) -> None:
    from expectations.gate import check_candidate

    candidate = work.built_candidate()
    candidate.opened.close()
    work.verdict = check_candidate(candidate)
