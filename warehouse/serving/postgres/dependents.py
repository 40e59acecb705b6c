"""What others have built on the tables of a release: their views are carried over to the next one, or named.

Finding and moving what is not ours belongs here. Nothing of others is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.releases.serving import MART
from warehouse.serving.postgres.served import TABLE

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True)
class Relation:
    """A relation of others: a view with its text, or what lies in our schema (`is_inside`)."""

    schema: str
    name: str
    kind: str  # v view, m materialized view, r table, …
    options: str
    text: str
    is_inside: bool

    @property
    def shown(self) -> str:
        """`schema.name`, for people."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Dependents:
    """Relations of others that read ours, or lie in our schema."""

    relations: list[Relation]

    @property
    def movable(self) -> list[Relation]:
        """Views: their text can be taken over as it is."""
        return [r for r in self.relations if r.kind == "v" and r.text]

    def carry_over(self, server: psycopg.Connection, retired: str, schema: str) -> tuple[list[str], list[str]]:
        """After the swap: bring what lay in our schema into the new one, let views read the new tables. → moved, left."""
        moved, left = [], []
        for relation in self.relations:
            if _carried(server, relation, retired, schema):
                moved.append(relation.shown)
            else:
                left.append(relation.shown)
        return moved, left

    def others(self, server: psycopg.Connection, known: list[int]) -> list[str]:
        """What else depends on the old tables (keys of other tables, functions), in the server's words."""
        rows = server.execute(
            """SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0) FROM pg_depend d
               WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid::bigint = ANY(%s) AND d.deptype = 'n'
                 AND ((d.classid = 'pg_constraint'::regclass AND NOT EXISTS (
                         SELECT FROM pg_constraint c WHERE c.oid = d.objid AND c.conrelid::bigint = ANY(%s)))
                      OR d.classid = 'pg_proc'::regclass) ORDER BY 1""", [known, known]).fetchall()  # fmt: skip
        return [str(name) for (name,) in rows]


def dependents(server: psycopg.Connection, known: list[int]) -> Dependents:
    """Views of others on these tables, and relations of others that lie in their schema. Names in the text are complete."""
    server.execute("SET LOCAL search_path = ''")
    rows = server.execute(
        """WITH readers AS (
               SELECT r.ev_class AS oid FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
               WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid::bigint = ANY(%(known)s)),
           inside AS (
               SELECT c.oid FROM pg_class c WHERE c.relkind IN ('v', 'm', 'r', 'p', 'f')
                 AND c.relnamespace IN (SELECT relnamespace FROM pg_class WHERE oid::bigint = ANY(%(known)s)))
           SELECT n.nspname, c.relname, c.relkind::text, coalesce(array_to_string(c.reloptions, ', '), ''),
                  CASE WHEN c.relkind = 'v' AND c.oid IN (SELECT oid FROM readers) THEN pg_get_viewdef(c.oid) ELSE '' END,
                  c.oid IN (SELECT oid FROM inside)
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE (c.oid IN (SELECT oid FROM readers) OR c.oid IN (SELECT oid FROM inside)) AND c.oid::bigint <> ALL(%(known)s)
           ORDER BY c.oid""", {"known": known}).fetchall()  # fmt: skip
    found = [Relation(*row) for row in rows]
    return Dependents(
        [r for r in found if not (r.is_inside and (MART.fullmatch(r.name) or r.name == TABLE) and r.kind == "r")]
    )


def _carried(server: psycopg.Connection, relation: Relation, retired: str, schema: str) -> bool:
    """One relation, in a savepoint of its own: what is not allowed, or does not fit, is left as it is."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    if not relation.is_inside and not relation.text:
        return False  # a materialized view keeps its rows; its owner makes it anew
    where = Identifier(schema if relation.is_inside else relation.schema, relation.name)
    options = SQL(f" WITH ({relation.options})" if relation.options else "")
    server.execute("SAVEPOINT carrying")
    try:
        if relation.is_inside:
            server.execute(
                SQL("ALTER TABLE {} SET SCHEMA {}").format(Identifier(retired, relation.name), Identifier(schema))
            )
        if relation.text:
            server.execute(SQL("CREATE OR REPLACE VIEW {}{} AS {}").format(where, options, SQL(relation.text)))
    except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
        raise  # the whole swap is tried again
    except psycopg.Error:
        server.execute("ROLLBACK TO SAVEPOINT carrying")
        return False
    return relation.kind != "m"
