"""Everything a forked process may need, imported before there is one."""

from __future__ import annotations

import gc
import importlib
import pkgutil

import commands
import tests.chaos.nodes
import tests.stories.node
import tests.web.posting

for module in pkgutil.walk_packages(commands.__path__, "commands."):
    importlib.import_module(module.name)
# What is there stays: no child looks through it for rubbish.
gc.freeze()

__all__ = ["tests"]
