"""What assets are given from outside: where the state of the warehouse lies.

Only configuration belongs here, no work. Concept: https://docs.dagster.io/guides/build/external-resources
"""

from pathlib import Path

import dagster as dg

from warehouse.settings import Home


class WarehouseHome(dg.ConfigurableResource):
    """The state of one installation. Without a path it is `MTM_HOME`, or `.mtm` in the working folder."""

    path: str | None = None

    @property
    def home(self) -> Home:
        """The home; its folders exist."""
        home = Home(Path(self.path).absolute()) if self.path else Home.from_env()
        return home.ensure()
