"""What each witness shows, and all of them together."""
