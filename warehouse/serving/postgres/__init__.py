"""A release on a PostgreSQL server: loaded by COPY into a fresh schema, verified, swapped in by one transaction."""
