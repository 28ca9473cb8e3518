"""The command line: arguments in, calls to the public functions, text out."""
