"""Imports run one way: app and pages -> components -> calls; each outside library has its place."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = {
    "app": {"components", "calls"},
    "pages": {"components", "calls"},
    "components": {"components", "calls"},
    "calls": {"calls"},
}
# These are ours as well, and nothing that runs in production may need them.
OURS = {*LAYERS, "tests", "bench", "docs"}
ADAPTERS = {"components/webrtc.py", "components/preview.py", "components/stage.py"}


def sources() -> list[str]:
    """The paths of all that runs in production, from the root of the project."""
    found = [ROOT / "app.py", *(file for layer in LAYERS for file in (ROOT / layer).rglob("*.py"))]
    return [file.relative_to(ROOT).as_posix() for file in found if file.exists()]


def imports(path: str, source: str) -> Iterator[str]:
    """The top-level names of all modules that a source imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _origins(path, node)


def _origins(path: str, node: ast.ImportFrom) -> Iterator[str]:
    package = Path(path).parent.parts
    base = package[: len(package) - node.level + 1] if node.level else ()
    names = (*base, *(node.module or "").split(".")) if node.module else base
    if names:
        yield names[0]
    else:  # `from .. import pages` at the top: each name is a module of its own
        yield from (alias.name for alias in node.names)


def violations(path: str, source: str) -> set[str]:
    """The imports that a source may not have, as top-level names."""
    found = set(imports(path, source))
    layer = Path(path).parts[0].removesuffix(".py")
    wrong = found & (OURS - LAYERS[layer])
    if layer == "calls":
        wrong |= found & {"streamlit"}
    if path not in ADAPTERS:
        wrong |= found & {"streamlit_webrtc"}
    return wrong


@pytest.mark.parametrize("path", sources())
def test_a_module_imports_only_what_its_layer_may(path: str) -> None:
    """No module of the project reaches upwards, and no library is used outside its place."""
    assert violations(path, (ROOT / path).read_text(encoding="utf-8")) == set()


def test_the_sources_are_found() -> None:
    """The test above reads the real files: were the project moved, it would not pass by reading none."""
    assert "calls/registry.py" in sources()
    assert set(imports("calls/registry.py", (ROOT / "calls/registry.py").read_text(encoding="utf-8"))) >= {"calls"}


@pytest.mark.parametrize(
    ("path", "source", "wrong"),
    [
        ("calls/a.py", "import streamlit as st", {"streamlit"}),
        ("calls/media/a.py", "def f():\n    from streamlit.runtime import Runtime", {"streamlit"}),
        ("calls/a.py", "if TYPE_CHECKING:\n    from components import stage", {"components"}),
        ("calls/a.py", "from ..components import stage", {"components"}),
        ("calls/media/a.py", "from ... import pages", {"pages"}),
        ("calls/a.py", "import json, streamlit_webrtc", {"streamlit_webrtc"}),
        ("components/roster.py", "from streamlit_webrtc import webrtc_streamer", {"streamlit_webrtc"}),
        ("components/stage/a.py", "import streamlit_webrtc", {"streamlit_webrtc"}),
        ("components/a.py", "import pages.room", {"pages"}),
        ("components/a.py", "import app", {"app"}),
        ("components/a.py", "from tests.people import Person", {"tests"}),
        ("pages/room.py", "import app\nimport bench.load", {"app", "bench"}),
        ("app.py", "from streamlit_webrtc import webrtc_streamer", {"streamlit_webrtc"}),
    ],
)
def test_an_import_that_runs_the_wrong_way_is_found(path: str, source: str, wrong: set[str]) -> None:
    """The checker sees each kind of violation: nested, relative, aliased, for types only."""
    assert violations(path, source) == wrong


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("app.py", "import streamlit as st\nfrom components import frame\nfrom calls.errors import ParleyError"),
        ("pages/room.py", "import streamlit\nimport components.stage"),
        ("components/roster.py", "import streamlit\nfrom . import chat\nfrom calls.rooms import View"),
        ("components/stage.py", "from streamlit_webrtc import webrtc_streamer"),
        ("calls/media/hub.py", "import av\nfrom ..rooms import View\nfrom .feed import Feed"),
        ("calls/a.py", '"""It never does `import streamlit`."""'),
    ],
)
def test_an_import_that_runs_the_right_way_is_let_through(path: str, source: str) -> None:
    """The checker refuses nothing that the design allows, and reads imports rather than text."""
    assert violations(path, source) == set()
