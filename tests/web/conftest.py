"""The world behind the web door, and the door itself."""

from collections.abc import Iterator

import httpx
import pytest

from tests.patience import PATIENCE
from tests.web.serving import Site, serving
from tests.world import World, furnished_url, templates, world

__all__ = ["furnished_url", "site", "templates", "world"]


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    """The county's web door over HTTP; nothing runs behind it but what the test settles."""
    with serving(world.app) as url, httpx.Client(timeout=PATIENCE, trust_env=False) as client:
        yield Site(world=world, url=url, client=client, tokens={})
