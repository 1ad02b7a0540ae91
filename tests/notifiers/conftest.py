"""A code of a provider that is not in our table fails the test that met it."""

import logging
from collections.abc import Iterator

import pytest


class _Watch(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.unknown: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if "unknown code" in record.getMessage():
            self.unknown.append(record.getMessage())


@pytest.fixture
def unknown_codes() -> Iterator[list[str]]:
    """The warnings about unmapped codes; a test that wants one clears the list."""
    watch, logger = _Watch(), logging.getLogger("notifiers")
    logger.addHandler(watch)
    yield watch.unknown
    logger.removeHandler(watch)


@pytest.fixture(autouse=True)
def every_code_is_mapped(unknown_codes: list[str]) -> Iterator[None]:
    """No test may meet a code our table does not know, unless it says so."""
    yield
    assert unknown_codes == []
