"""Level and slope after dated events."""
