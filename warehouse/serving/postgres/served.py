"""Which release a server serves: the table `release` in the schema, and its comment. Writing and reading it belongs here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.errors import MtmError

if TYPE_CHECKING:
    import psycopg

    from warehouse.serving.source import ReleaseSource

TABLE = "release"
MARK = "MTM release "  # how the comment of each schema of ours begins
COLUMNS = (
    ("release_id", "text PRIMARY KEY", "Id of the release that this schema holds"),
    ("parent_release_id", "text", "Release that it was built on"),
    ("published_at", "timestamptz NOT NULL", "When it was published"),
    ("content_hash", "text NOT NULL", "Hash over the contents of its marts: equal for equal figures"),
    ("round_keys", "text NOT NULL", "Rounds that it holds, with the number of the delivery that stands for each"),
    ("is_synthetic", "boolean NOT NULL", "Whether any of its rounds is made, not collected"),
    ("loaded_at", "timestamptz NOT NULL", "When it was loaded into this database"),
)


@dataclass(frozen=True)
class Served:
    """What a schema says of itself."""

    release_id: str
    content_hash: str


def note(server: psycopg.Connection, schema: str, source: ReleaseSource) -> None:
    """Write the table `release` (one row) and the comment of the schema."""
    from psycopg.sql import SQL, Identifier, Literal

    own = Identifier(schema, TABLE)
    parts = [SQL("{} {}").format(Identifier(name), SQL(kind)) for name, kind, _ in COLUMNS]
    server.execute(SQL("CREATE TABLE {} ({})").format(own, SQL(", ").join(parts)))
    rounds = ", ".join(f"{v.round_key} ({v.delivery_seq})" for v in source.rounds)
    values = (source.release_id, source.parent, source.published_at, source.content_hash, rounds, source.synthetic)
    now = (server.execute("SELECT clock_timestamp()").fetchone() or (None,))[0]
    with server.cursor() as cursor, cursor.copy(SQL("COPY {} FROM STDIN (FREEZE)").format(own)) as copy:
        copy.write_row((*values, now))  # frozen as the marts are: also an older snapshot sees it
    made = "SYNTHETIC data. " if source.synthetic else ""
    about = f"{MARK}{source.release_id} of {source.published_at}. {made}Content {source.content_hash}. Read-only: the next release takes its place."
    server.execute(SQL("COMMENT ON SCHEMA {} IS {}").format(Identifier(schema), Literal(about)))
    server.execute(
        SQL("COMMENT ON TABLE {} IS {}").format(own, Literal("One row: the release that this schema holds."))
    )
    for name, _, text in COLUMNS:
        server.execute(SQL("COMMENT ON COLUMN {} IS {}").format(Identifier(schema, TABLE, name), Literal(text)))


def served(server: psycopg.Connection, schema: str) -> Served | None:
    """The release that the schema holds; None where there is no such schema, or an empty one.

    Raises MtmError where the schema is somebody else's: it is never replaced.
    """
    from psycopg.sql import SQL, Identifier

    found = server.execute(
        """SELECT coalesce(obj_description(n.oid, 'pg_namespace'), ''), has_schema_privilege(n.oid, 'USAGE'),
                  to_regclass(format('%%I.%%I', n.nspname, %s::text)) IS NOT NULL,
                  EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid) OR EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = n.oid)
           FROM pg_namespace n WHERE n.nspname = %s""", (TABLE, schema)).fetchone()  # fmt: skip
    if found is None or not (found[3] or found[0]):
        return None
    comment, _, has_table, _ = found
    if not comment.startswith(MARK) or not has_table:
        raise MtmError(
            f"the schema {schema} holds something else than a release", expected="no such schema, or one that mtm publish-to made",
            todo="choose another one with --schema, or move what is there", code="schema_taken",
        )  # fmt: skip
    row = server.execute(SQL("SELECT release_id, content_hash FROM {}").format(Identifier(schema, TABLE))).fetchone()
    return Served(str(row[0]), str(row[1])) if row else None
