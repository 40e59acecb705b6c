"""Apache Superset: dashboards as code, their assets, and serving them on loopback (docs/superset.md)."""
