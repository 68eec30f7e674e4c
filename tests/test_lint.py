"""Before a commit git checks what CI checks, by the same commands; and what is written of it is so."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_pre_commit_checks_what_lint_checks() -> None:
    """Each command of `make lint` is a hook, in the same order."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (recipe,) = re.findall(r"(?m)^lint:.*\n((?:\t.*\n)+)", makefile)
    commands = [line.strip().replace("$(PY)", ".venv/bin/python") for line in recipe.splitlines()]
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"entry: (.*?),", hooks) == commands


def test_the_coverage_that_is_named_is_the_one_that_is_held() -> None:
    """CONTRIBUTING.md names the part of the code below which the tests fail."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    held = settings["tool"]["coverage"]["report"]["fail_under"]
    assert f"below {held} % it fails" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
