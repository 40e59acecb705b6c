"""The decorator and the translator of dagster-dbt, without dbt and without what the package offers beside.

Only this import belongs here. `import dagster_dbt` brings all of dbt, sqlglot, dbt Cloud and components: more than half of what
it took to load the definitions. The models as assets need none of it, and a round on a copy is built without dbt too.
"""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

PACKAGE = "dagster_dbt"
VERSION = "dbt.version"  # without it, dagster-dbt has types of its own for those of dbt


@contextmanager
def _without_dbt() -> Iterator[None]:
    """dbt seems not to be installed in the body; where it was imported before, nothing is gained and it stays."""
    if VERSION in sys.modules:
        yield
        return
    sys.modules[VERSION] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[VERSION]


def _put_package() -> None:
    """The package whose modules can be imported one by one; the rest of it comes when somebody asks for it."""
    from dagster_shared.libraries import DagsterLibraryRegistry

    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named '{PACKAGE}'", name=PACKAGE)
    package, loader = importlib.util.module_from_spec(spec), spec.loader

    def whole(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        vars(package).pop("__getattr__", None)
        loader.exec_module(package)
        return getattr(package, name)

    vars(package)["__getattr__"] = whole
    sys.modules[PACKAGE] = package
    DagsterLibraryRegistry.register("dagster-dbt", version("dagster-dbt"))


if TYPE_CHECKING:
    from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets
else:
    if PACKAGE not in sys.modules:
        _put_package()
    with _without_dbt():
        from dagster_dbt.asset_decorator import dbt_assets
        from dagster_dbt.dagster_dbt_translator import DagsterDbtTranslator, DagsterDbtTranslatorSettings

__all__ = ["DagsterDbtTranslator", "DagsterDbtTranslatorSettings", "dbt_assets"]
