"""The browser's modules: served by a route of ours, or carried by the shim where there is none."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.types import Message

from components import modules


@pytest.fixture
async def served(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """A server whose pages are below a prefix: ask it for a path, and it answers status, content type and text."""
    monkeypatch.setattr(modules, "_served", False)
    app = Starlette(routes=modules.routes("/calls/here/"))

    async def get(path: str) -> tuple[int, str, str]:
        said: list[Message] = []
        asked: list[str] = []

        async def receive() -> Message:
            if asked:
                await asyncio.Event().wait()  # the client stays until it has all of it
            asked.append(path)
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            said.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "query_string": b"", "headers": []}
        await app(scope, receive, send)
        kinds = dict(said[0]["headers"])
        return said[0]["status"], kinds[b"content-type"].decode(), b"".join(part["body"] for part in said[1:]).decode()

    return get


@pytest.mark.parametrize("below", ["", "/calls/here"])
@pytest.mark.parametrize("name", modules.SOURCES)
async def test_each_module_is_served(served: Callable[[str], Any], below: str, name: str) -> None:
    """As JavaScript, at the root, where a proxy takes the prefix away, and below the prefix."""
    status, kind, text = await served(f"{below}/browser/{modules.VERSION}/{name}")
    assert (status, text) == (200, modules.SOURCES[name])
    assert "javascript" in kind


@pytest.mark.parametrize(
    "path", ["/browser/other/line.js", "/browser/VERSION/../modules.py", "/browser/VERSION/none.js"]
)
async def test_nothing_else_is_served(served: Callable[[str], Any], path: str) -> None:
    """Neither modules of another version, which would be mixed with these, nor what lies beside them."""
    status, _, _ = await served(f"/browser/{path.replace('VERSION', modules.VERSION)}")
    assert status == 404


async def test_a_shim_asks_for_what_is_served(served: Callable[[str], Any]) -> None:
    """The address is that of the route, and the text is short: it is part of every run."""
    shim = modules.shim("people.js")
    [path] = re.findall(r'new URL\("([^"]+)"', shim)
    status, _, _ = await served(f"/{path}")
    assert status == 200
    assert len(shim) < 1_000


def test_a_shim_carries_what_is_not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """All modules, since each imports others."""
    monkeypatch.setattr(modules, "_served", False)
    shim = modules.shim("people.js")
    assert all(f'"{name}"' in shim for name in modules.SOURCES)
    assert "import(new URL" not in shim


def test_a_module_that_there_is_not_is_an_error() -> None:
    """Where the component is declared, and not in somebody's browser."""
    with pytest.raises(KeyError):
        modules.shim("none.js")


@pytest.mark.parametrize("name", modules.SOURCES)
def test_modules_import_only_each_other_and_in_one_direction(name: str) -> None:
    """Carried modules have an address only after those that they import."""
    seen: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path, module))
        for other in re.findall(r'^import (?:[^"]* from )?"\./([^"]+)"', modules.SOURCES[module], re.MULTILINE):
            assert other in modules.SOURCES, f"{module} imports {other}"
            if other not in seen:
                visit(other, (*path, module))
        seen.add(module)

    visit(name, ())
