"""Eurostat Comext: trade of the EU and of its neighbours, by interface or by bulk file.

No row means not reported or confidential, never a certified zero; confidential goods appear
under masked codes such as ``85XXXXXX`` and are kept apart, never dropped in silence.
"""
