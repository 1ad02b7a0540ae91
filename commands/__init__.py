"""The command-line door: parse, call, print."""
