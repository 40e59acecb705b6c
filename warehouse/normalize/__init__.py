"""Normalization: from a delivery's raw tables to canonical tables and rejected rows, with Polars."""
