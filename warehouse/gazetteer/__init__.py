"""The gazetteer: places, their names and aliases in three languages, and how a delivered place is found in it."""
