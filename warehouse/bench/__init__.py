"""Benchmarks with their ratios: what is measured in one run beside what it is compared with. Nothing here is used by the line."""
