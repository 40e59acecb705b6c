"""Disclosure control: which cells are hidden, and the proof that nobody can work them out. No mart is known here by name but in `published/`."""
