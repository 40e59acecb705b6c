"""One Great Expectations suite per layer, built from `checks.yml` and the thresholds of the operation."""
