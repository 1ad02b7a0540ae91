"""The small county on either database, and a world on it that nobody audits: it is broken here."""

from __future__ import annotations

from tests.world import furnished_url, templates, world

__all__ = ["furnished_url", "templates", "world"]
