"""What a browser without a screen knows of the page: the elements that Streamlit's messages describe."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

SUCCESS = ForwardMsg.FINISHED_SUCCESSFULLY


class Page:
    """The elements by their path in the tree, kept up to date by `take`."""

    def __init__(self) -> None:
        self.runs = 0
        """How many runs of the script have ended."""
        self.session = ""
        self.pages: dict[str, str] = {}
        """The hash of each page's script, by its path in the address; the first page's is empty."""
        self.here = ""
        """The hash of the page that is shown."""
        self.cache: dict[str, ForwardMsg] = {}
        """Messages that the server need not send again, by their hash."""
        self._elements: dict[tuple[int, ...], Any] = {}
        self._drawn: set[tuple[int, ...]] = set()

    def take(self, data: bytes) -> None:
        """One message of the server's, as it came over the WebSocket."""
        message = ForwardMsg.FromString(data)
        if message.WhichOneof("type") == "ref_hash":
            metadata = message.metadata
            message = self.cache[message.ref_hash]
            message.metadata.CopyFrom(metadata)
        elif message.metadata.cacheable:
            self.cache[message.hash] = message
        match message.WhichOneof("type"):
            case "new_session":
                self.session, self.here = (
                    message.new_session.initialize.session_id,
                    message.new_session.page_script_hash,
                )
                self._drawn.clear()
            case "navigation":
                self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
                self.here = message.navigation.page_script_hash
            case "delta":
                self._draw(tuple(message.metadata.delta_path), message.delta)
            case "script_finished":
                self._finish(message.script_finished)

    def _draw(self, path: tuple[int, ...], delta: Any) -> None:
        self._drawn.add(path)
        self._elements.pop(path, None)
        if delta.WhichOneof("type") == "new_element":
            element = delta.new_element
            kind = element.WhichOneof("type")
            if kind:
                self._elements[path] = kind, getattr(element, kind)

    def _finish(self, status: int) -> None:
        if status == SUCCESS:  # a run that was broken off, and one of a fragment, leave the rest as it was
            self._elements = {path: element for path, element in self._elements.items() if path in self._drawn}
        self.runs += 1

    def elements(self, kind: str | None = None) -> Iterator[Any]:
        """The protobufs of all elements, or of those of this kind ("button"), in their order on the page."""
        return (proto for _, (found, proto) in sorted(self._elements.items()) if kind in {None, found})

    def find(self, label: str) -> Any:
        """The widget with this label, key or component's name. LookupError, which says what there is."""
        for proto in self.elements():
            names = getattr(proto, "label", ""), getattr(proto, "component_name", "")
            if hasattr(proto, "id") and (label in names or proto.id.endswith(f"-{label}")):
                return proto
        raise LookupError(f"{label!r} is not on the page, but {self.labels}")

    def shows(self, label: str) -> bool:
        """Whether there is such a widget, by its label, key or component's name."""
        with suppress(LookupError):
            return self.find(label) is not None
        return False

    @property
    def labels(self) -> list[str]:
        """The labels of all that has one: buttons, fields."""
        return [proto.label for proto in self.elements() if getattr(proto, "label", "")]

    @property
    def reads(self) -> str:
        """All that is written on the page, and all that components are given to draw, one element a line."""
        return "\n".join(
            text for proto in self.elements() for name in ("body", "json") if (text := getattr(proto, name, ""))
        )

    def data(self, component: str) -> dict[str, Any]:
        """What the component with this name or key is given to draw."""
        data: dict[str, Any] = json.loads(self.find(component).json)
        return data
