"""Pure computation: frames and arrays in, new ones out. Opens nothing, changes nothing that it was given."""
