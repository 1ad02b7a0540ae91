"""Tests of what carries messages."""
