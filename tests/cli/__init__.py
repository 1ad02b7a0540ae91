"""Tests of the command line: what it prints, how it exits, and what it changes."""
