"""Serving: what people are handed. Reports and exports belong here; the figures themselves are made elsewhere."""
