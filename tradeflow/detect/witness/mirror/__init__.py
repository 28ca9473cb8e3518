"""Exports against the imports that partners record."""
