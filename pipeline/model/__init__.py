"""Pure computation: frames and arrays in, new frames and arrays out. Opens nothing, changes nothing that it was given."""
