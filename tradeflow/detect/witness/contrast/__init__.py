"""Contrast with other destinations and other goods."""
