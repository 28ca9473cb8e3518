"""Figures of years."""
