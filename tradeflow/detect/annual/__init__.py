"""Annual panels: whether something shifted, and how rare that is among comparable goods."""
