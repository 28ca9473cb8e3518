"""Registered provinces."""
