"""Tests of the house itself: its rules, its documents, its files."""
