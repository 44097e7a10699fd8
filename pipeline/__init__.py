"""Woonzorgkaart: from raw figures and OpenStreetMap to a map of witte vlekken."""
