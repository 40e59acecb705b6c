"""How much one installation holds: needs worked out from measured slopes, and the queue before the builder, simulated.

The model, its numbers (`slopes.yml`) and what is measured for it belong here; nothing of it is used by the line.
"""
