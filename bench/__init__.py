"""What the line is measured against, and the processes that are measured: nothing here is used by the line.

The floor (`floor*.py`) is the same transformation written bare; `line.py` takes rounds through the line itself, for timing.
What is measured, and how, is in `warehouse/bench`.
"""
