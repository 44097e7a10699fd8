"""OpenStreetMap from a ``.osm.pbf`` extract, a room per kind of object. Coordinates are EPSG:28992, in metres."""
