"""The world behind the web door."""

from tests.world import furnished_url, templates, world

__all__ = ["furnished_url", "templates", "world"]
