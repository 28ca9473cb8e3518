"""Asking over HTTP: politely, patiently, and without giving the key away."""
