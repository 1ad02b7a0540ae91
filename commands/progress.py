"""How far a long reading is, on stderr, where somebody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

from commands.session import Session
from oncall.admin.uploads import Upload
from oncall.core.words import N_

Watched = Callable[[Sequence[Upload]], Iterable[Upload]]


@contextmanager
def watching(session: Session, files: int) -> Iterator[Watched]:
    """A way to pass files on that shows a bar on a terminal; in a pipe, and for one file, nothing.

    The bar is gone when the reading is done.
    """
    if files < 2 or not sys.stderr.isatty():
        yield iter
        return
    # Drawing costs a library that a plan of one file can do without.
    rich, progress = import_module("rich.console"), import_module("rich.progress")
    columns = (
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
        progress.TextColumn("{task.description}"),
    )
    with progress.Progress(*columns, console=rich.Console(stderr=True), transient=True) as bar:
        task = bar.add_task(session.t(N_("Reading")), total=files)

        def watched(uploads: Sequence[Upload]) -> Iterator[Upload]:
            for upload in uploads:
                bar.update(task, description=upload.name)
                yield upload
                bar.advance(task)
            # What follows asks the database about all of them at once.
            bar.update(task, description=session.t(N_("Comparing")))

        yield watched
