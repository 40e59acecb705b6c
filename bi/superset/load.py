"""Brings Superset's own database up to date and imports the assets of this folder; run by Superset's Python.

What talks to Superset from inside belongs here. `serve.py` starts it, with the settings in the environment.
"""

import hashlib
import logging
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = Path(os.environ["MTM_SUPERSET"])
SERVED = os.environ["MTM_SERVED"]
KINDS = ("databases", "datasets", "charts", "dashboards")
PLACEHOLDER = "/MTM_HOME/published/current/mtm.duckdb"


def contents() -> dict[str, str]:
    """The assets by their names in Superset's export format, with the serving database's path filled in."""
    files = [HERE / "metadata.yaml", *(path for kind in KINDS for path in sorted((HERE / kind).rglob("*.yaml")))]
    texts = {path.relative_to(HERE).as_posix(): path.read_text(encoding="utf-8") for path in files}
    return {name: text.replace(PLACEHOLDER, SERVED) for name, text in texts.items()}


def stamp(texts: dict[str, str]) -> str:
    """What was imported: assets, settings and pinned packages. Equal stamps need no second import."""
    more = [(HERE / name).read_text(encoding="utf-8") for name in ("superset_config.py", "requirements.txt", "load.py")]
    return hashlib.sha256("\0".join([*(f"{k}\0{v}" for k, v in sorted(texts.items())), *more]).encode()).hexdigest()


def main() -> int:
    """Migrates, makes roles and the login, imports. Exit code 1 with a line on stderr where an asset is refused."""
    texts, done = contents(), FOLDER / "imported"
    if done.exists() and done.read_text() == stamp(texts):
        return 0
    logging.disable(logging.WARNING)
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        _migrate()
        _users(app)
        problems = _import(texts)
        if problems:
            print("\n".join(f"Superset refuses an asset · {line}" for line in problems), file=sys.stderr)
            return 1
        _let_everybody_look()
    done.write_text(stamp(texts))
    return 0


def _migrate() -> None:
    from flask_migrate import upgrade
    from superset.extensions import db

    upgrade(directory=str(Path(sys.modules["superset"].__file__).parent / "migrations"))
    db.session.remove()


def _users(app) -> None:
    from superset import security_manager

    app.appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    if not security_manager.find_user("admin"):
        word = (FOLDER / "password").read_text().strip()
        role = security_manager.find_role("Admin")
        security_manager.add_user("admin", "MTM", "Admin", "admin@localhost", role, password=word)


def _import(texts: dict[str, str]) -> list[str]:
    from superset import security_manager
    from superset.commands.exceptions import CommandInvalidError, ImportFailedError
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.utils.core import override_user

    with override_user(security_manager.find_user("admin")):
        try:
            ImportAssetsCommand(texts).run()
        except CommandInvalidError as error:
            return [str(message) for message in error.normalized_messages().items()]
        except ImportFailedError as error:
            return [f"{type(error.__cause__).__name__}: {error.__cause__}"]
        _forget_what_is_gone(texts)
    return []


def _forget_what_is_gone(texts: dict[str, str]) -> None:
    """Charts and dashboards that an earlier import brought and these assets lack; what users made themselves stays."""
    import yaml
    from superset.extensions import db
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    kept, known = {str(yaml.safe_load(text).get("uuid")) for text in texts.values()}, FOLDER / "uuids"
    before = set(known.read_text().split()) if known.exists() else set()
    for model in (Dashboard, Slice):
        for thing in db.session.query(model).all():
            if str(thing.uuid) in before - kept:
                db.session.delete(thing)
    db.session.commit()
    known.write_text("\n".join(sorted(before | kept)))


def _let_everybody_look() -> None:
    """The role of who comes without a login may ask the datasets of the serving database: it holds marts only."""
    from superset import security_manager
    from superset.extensions import db
    from superset.models.core import Database

    role = security_manager.find_role("Public")
    for database in db.session.query(Database).all():
        security_manager.add_permission_role(
            role, security_manager.add_permission_view_menu("database_access", database.perm)
        )
    db.session.commit()


if __name__ == "__main__":
    sys.exit(main())
