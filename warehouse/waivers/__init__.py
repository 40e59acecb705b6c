"""Waivers: a named person's exception to one finding of one round, until a day. What the gate does with them: apply.py."""
