"""What analysts look at with tools of their own: dashboards as code. Superset only so far."""
