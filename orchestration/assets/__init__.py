"""The assets, one module per stage of the line: receive, normalize, build, models, gate, publish.

Few and fat: a step costs more than its work. Concept: https://docs.dagster.io/guides/build/assets
"""
