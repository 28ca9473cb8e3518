"""UN Comtrade, version 1: everybody's trade by six-digit code, in US dollars."""
