"""Help texts, manual pages, and the names that they are made of."""
