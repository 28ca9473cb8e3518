"""A miniature customs world with known effects, for tests, power curves and teaching."""
