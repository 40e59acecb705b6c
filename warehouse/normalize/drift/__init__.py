"""Layout drift inside a file: rows in another layout, cells moved sideways, columns swapped, sorted alone or moved by rows.

Finding what no longer fits its own column belongs in this room; deciding what is done with it does not.
"""
