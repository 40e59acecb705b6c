"""The gate: Great Expectations suites by layer and what runs them.

Here belongs what a round must fulfil and the judgement on it; the domain is `warehouse/`, Dagster is `orchestration/`.
Great Expectations is imported inside functions only: it costs seconds.
"""
