"""The project's own files, without what tools and runs leave beside them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_BY_TOOLS = {".git", ".venv", "var", "build", "dist", "__pycache__", "node_modules"}


def _left_by_tools(folder: Path) -> bool:
    hidden_cache = folder.name.startswith(".") and folder.name not in {".ci", ".github"}
    return folder.name in LEFT_BY_TOOLS or folder.name.endswith(".egg-info") or hidden_cache


def _walk(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            if not _left_by_tools(entry):
                yield from _walk(entry)
        else:
            yield entry


@cache
def project_files(suffix: str = "") -> tuple[Path, ...]:
    """Every file of the project whose name ends with `suffix`, in a fixed order."""
    return tuple(path for path in _walk(ROOT) if path.name.endswith(suffix))


@cache
def syntax(path: Path) -> ast.Module:
    """The parsed source of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def short(path: Path) -> str:
    """A path as a reader of the project knows it."""
    return path.relative_to(ROOT).as_posix()
