"""Whom to page, remember it, make it happen."""
