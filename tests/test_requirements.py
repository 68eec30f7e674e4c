"""What is imported is pinned, and what is pinned is locked: a fresh installation is what was tested."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
RUNS = ("app.py", "pages", "components", "calls")
TESTS = (*RUNS, "tests", "bench", "scripts")


def pins(name: str) -> dict[str, str]:
    """The version of each package that a file of requirements names, and those that it includes."""
    found: dict[str, str] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= pins(line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            requirement = Requirement(line)
            (exact,) = requirement.specifier
            assert exact.operator == "==", line
            found[canonicalize_name(requirement.name)] = exact.version
    return found


def locked(name: str) -> list[tuple[Requirement, str]]:
    """Each package that a lock file has, with the text that belongs to it: its hashes, and who wants it."""
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", (ROOT / name).read_text(encoding="utf-8"))[1:]
    return [(Requirement(entry.partition("\\")[0]), entry) for entry in entries]


def imports(*places: str) -> set[str]:
    """The top-level modules that sources import, without Python's own and the project's."""
    files = [file for place in places for file in ([ROOT / place, *(ROOT / place).rglob("*.py")]) if file.is_file()]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    ours = {*sys.stdlib_module_names, *TESTS, "app", "docs"}
    return {name.partition(".")[0] for name in names} - ours


@pytest.mark.parametrize(("name", "places"), [("requirements.txt", RUNS), ("requirements-dev.txt", TESTS)])
def test_what_is_imported_is_pinned(name: str, places: tuple[str, ...]) -> None:
    """By the project itself, not by chance: another package that needs it may need another version tomorrow."""
    distributions, pinned = packages_distributions(), pins(name)
    missing = {
        module
        for module in imports(*places)
        if not pinned.keys() & {canonicalize_name(each) for each in distributions.get(module, [])}
    }
    assert not missing


def test_what_is_installed_is_what_is_pinned() -> None:
    """Every direct dependency has one exact version, and the tests run with it."""
    pinned = pins("requirements-dev.txt")
    assert {name: version(name) for name in pinned} == pinned


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_has_what_is_required(name: str) -> None:
    """What is pinned is in it at that version, and what is pinned no more has gone: `make lock` compiles it."""
    wanted = [(requirement, text) for requirement, text in locked(f"{name}.lock") if "-r requirements" in text]
    versions = {canonicalize_name(each.name): next(iter(each.specifier)).version for each, _ in wanted}
    assert versions == pins(f"{name}.txt"), "run `make lock`"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_on_every_machine(name: str) -> None:
    """Each package has its hashes; where it is downloaded from is for each machine to know."""
    for requirement, text in locked(name):
        assert "--hash=sha256:" in text, requirement
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_both_locks_have_the_same_versions() -> None:
    """What is tested is what runs."""
    runs = {str(requirement) for requirement, _ in locked("requirements.lock")}
    assert runs <= {str(requirement) for requirement, _ in locked("requirements-dev.lock")}


def needs(name: str, extras: frozenset[str] = frozenset()) -> Iterator[Requirement]:
    """What an installed package needs on this machine, with the extras that are wanted of it."""
    for requirement in map(Requirement, requires(name) or []):
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": each}) for each in extras or {""}):
            yield requirement


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_is_complete(name: str) -> None:
    """It is installed without looking for what its packages need besides, so all of that has to be in it."""
    versions = {
        canonicalize_name(each.name): next(iter(each.specifier)).version
        for each, _ in locked(name)
        if each.marker is None or each.marker.evaluate()
    }
    checked: set[tuple[str, frozenset[str]]] = set()
    waiting = [(each, frozenset[str]()) for each in versions]
    while waiting:
        package, extras = waiting.pop()
        if (package, extras) in checked:
            continue
        checked.add((package, extras))
        for need in needs(package, extras):
            wanted = canonicalize_name(need.name)
            assert wanted in versions, f"{package} needs {need}"
            assert need.specifier.contains(versions[wanted], prereleases=True), f"{package} needs {need}"
            waiting.append((wanted, frozenset(need.extras)))


@pytest.mark.parametrize("name", ["Makefile", "Dockerfile", "README.md"])
def test_a_lock_is_installed_as_it_is(name: str) -> None:
    """An older pip goes past the lock for an extra (`coverage[toml]`), and fails on the day of a new release."""
    lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if "pip install" in line]
    lock = [line for line in lines if "--require-hashes" in line or "requirements.lock" in line]
    assert lock
    assert all("--no-deps" in line for line in lock)
