"""The browser's side of Parley: ES modules in `components/browser/`, and how a component of Streamlit's comes by one.

Streamlit takes a component's JavaScript as text, and loads each text by itself. The text here is a shim: it imports the
module from a route of ours, so that modules import each other, and components that import one share its state. Where a
runner serves no routes, the shim carries all modules with it, and makes addresses for them in the browser.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent / "browser"
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.js"))}
VERSION = hashlib.sha256(json.dumps(SOURCES).encode()).hexdigest()[:12]
"""Part of each address, so that a page never mixes modules of two versions of Parley."""

# A server that is being restarted answers a second later.
SERVED = """
const come = () => import(new URL("browser/VERSION/NAME", document.baseURI))
  .catch(() => new Promise((resolve) => setTimeout(resolve, 1_000)).then(come));
const module = come();
"""
CARRIED = """
const sources = SOURCES;
const addresses = (window.parley ??= {});
function address(name) {
  const imports = /((?:from|import)\\s+)"\\.\\/([^"]+)"/g;
  const source = () => sources[name].replace(imports, (_, before, other) => `${before}"${address(other)}"`);
  return (addresses[name] ??= URL.createObjectURL(new Blob([source()], { type: "text/javascript" })));
}
const module = import(address("NAME"));
"""
# What is drawn before the module has come is drawn once it is there, and only the last of it.
SHIM = """
let draw = null, waiting = null;
module.then((loaded) => { draw = loaded.default; waiting?.(); });
export default function (component) {
  if (draw) return draw(component);
  let undo = null;
  waiting = () => { undo = draw(component); };
  return () => { waiting = null; undo?.(); };
}
"""

_served = False


def routes(prefix: str = "/") -> list[BaseRoute]:
    """The route of the modules, at the root and below the prefix of the pages. Shims made from now on use it."""
    global _served
    _served = True
    files = StaticFiles(directory=FOLDER)
    return [Mount(f"{below}/browser/{VERSION}", files) for below in {"", prefix.rstrip("/")}]


def shim(name: str) -> str:
    """The JavaScript of a component whose module this is. KeyError where there is none."""
    if name not in SOURCES:
        raise KeyError(name)
    load = (SERVED if _served else CARRIED).replace("NAME", name)
    return load.replace("VERSION", VERSION).replace("SOURCES", json.dumps(SOURCES)) + SHIM


def component(name: str, folder: Path, *, isolated: bool = True) -> Any:
    """Declare the component whose module has this name, and whose HTML and CSS are in this folder, if it has any. Where
    it is not `isolated`, its styles and those of the page reach each other."""
    files = [folder / f"{name}.{kind}" for kind in ("html", "css")]
    html, css = (file.read_text(encoding="utf-8") if file.exists() else None for file in files)
    return st.components.v2.component(
        f"parley_{name}", html=html, css=css, js=shim(f"{name}.js"), isolate_styles=isolated
    )
