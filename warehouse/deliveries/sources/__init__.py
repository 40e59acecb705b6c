"""Sources: where deliveries come from (folders, fsspec URLs, KoboToolbox, the DTM API), pulled into the vault.

`model` says what a source is, `pull` does the work; one module per kind. Reading what was pulled is not done here.
"""
