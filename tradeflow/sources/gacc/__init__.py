"""China customs (GACC): files that a person exported from the query site, checked and read."""
