"""The catalogue of indicators: what each one means, and what is generated from it (dictionary, labels, seeds)."""
