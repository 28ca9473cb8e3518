"""Diversion through third countries."""
