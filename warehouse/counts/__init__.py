"""Counts of people by place: what of them is withheld before anything is published. Counting itself is the work of the dbt models."""
