"""What the console's pages of forms share: who asks, in which language, and what was typed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from oncall.core.errors import OncallError
from oncall.wiring import App
from web.forms import ELSEWHERE, Given, refused
from web.render import Look, look, page
from web.session import Sessions, Visitor

#: Where whoever is not known yet is sent.
SIGN_IN = partial(RedirectResponse, "/console/sign-in", status_code=303)


class FormDoor(ABC):
    """One page and what its forms do; whatever touches the database runs in a worker thread."""

    #: Where the page is, and what it is made from.
    path: ClassVar[str]
    template: ClassVar[str]

    def __init__(self, app: App, sessions: Sessions) -> None:
        self.app = app
        self.sessions = sessions

    @abstractmethod
    def values(self, seen: Look, visitor: Visitor) -> Mapping[str, Any]:
        """What the template shows to this visitor."""

    async def shown(self, request: Request, said: str = "") -> Response:
        """The page, with a word on what was done."""
        visitor = await run_in_threadpool(self.sessions.visitor, request)
        if visitor is None:
            return SIGN_IN()
        return await run_in_threadpool(self._page, self.look(request), visitor, said)

    async def done(self, request: Request, work: Callable[[Given], Response]) -> Response:
        """A form: what ``work`` makes of it, or the page with why it cannot be."""
        visitor = await run_in_threadpool(self.sessions.visitor, request)
        if visitor is None:
            return SIGN_IN()
        seen = self.look(request)
        if not self.sessions.from_our_page(request):
            return await run_in_threadpool(self._page, seen, visitor, seen.t(ELSEWHERE), 403)
        form = {name: str(value) for name, value in (await request.form()).items()}
        given = Given(visitor=visitor, look=seen, form=form)
        try:
            return await run_in_threadpool(work, given)
        except OncallError as error:
            result = refused(seen.t, error)
            return await run_in_threadpool(self._page, seen, visitor, result.said, result.status)

    def look(self, request: Request) -> Look:
        """In which language, and where the page is."""
        return replace(look(request, self.app.settings.lang), path=self.path)

    def _page(self, seen: Look, visitor: Visitor, said: str, status: int = 200) -> Response:
        settings = self.app.settings
        values = {"visitor": visitor, "said": said, "bad": status >= 400}
        return page(
            self.template,
            seen,
            {**values, **self.values(seen, visitor)},
            zone=settings.timezone,
            county=settings.signature,
            status=status,
        )
