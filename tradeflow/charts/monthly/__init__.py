"""Figures of months."""
