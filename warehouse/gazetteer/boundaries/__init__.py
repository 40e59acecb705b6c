"""Boundaries of places, from GeoJSON: read and checked, matched with the gazetteer, made small, kept for maps.

What maps are drawn on belongs here. Names and codes of places are imported elsewhere (`gazetteer/imports`); the files
lie in `MTM_HOME/boundaries/<operation>/level<N>.geojson`, never in the project.
"""
