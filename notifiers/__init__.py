"""Carry one message to one person, and report honestly what became of it."""
