"""Policy files: read with every problem in them, written for a person to edit, and the default.

The book of ladders is TOML; docs/policy.md describes it. Nothing here opens a file.
"""

from oncall.core.policies.book import PolicyBook, default_book
from oncall.core.policies.faults import MESSAGES
from oncall.core.policies.read import parse
from oncall.core.policies.write import dump

__all__ = ["MESSAGES", "PolicyBook", "default_book", "dump", "parse"]
