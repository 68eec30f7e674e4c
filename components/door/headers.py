"""What browsers are told with every response: who may frame the page, and what a page may use.

MDN: Content-Security-Policy's `frame-ancestors`, Referrer-Policy, X-Content-Type-Options, Permissions-Policy.
"""

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Referrer-Policy": "same-origin",  # a room's link is the key to the room: no other site is told of it
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self)",
}


class Headers:
    """Adds the headers to every HTTP response, Streamlit's own files included."""

    def __init__(self, app: ASGIApp, *, frame_ancestors: Iterable[str]) -> None:
        self._app = app
        self._headers = HEADERS | {"Content-Security-Policy": f"frame-ancestors {' '.join(frame_ancestors)}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dress(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, dress if scope["type"] == "http" else send)
