"""Tables of the CBS, and of others in its databank, through OData."""
