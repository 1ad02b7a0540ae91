"""Tests of what administrators do: files in, plans, commits, and taking them back."""
