"""What people read: the map, the index page, the table of verdicts and the sentences that explain them, in Dutch."""
