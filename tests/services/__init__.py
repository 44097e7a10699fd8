"""Services on this machine that answer in the shapes of the real ones, and misbehave when told to."""
