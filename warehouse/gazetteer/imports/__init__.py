"""Lists of places as their publishers give them: SOATE lists, COD-AB tables, GeoJSON, plain CSV. One module per format."""
