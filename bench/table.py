"""Measurements as a Markdown table, with the machine that they were made on."""

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median


def machine() -> str:
    """The processor, how many of its cores there are, and the Python."""
    models = [
        line for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if line.startswith("model name")
    ]
    model = models[0].split(":", 1)[1].strip() if models else platform.processor()
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def show(title: str, unit: str, measured: Mapping[str, Sequence[float]], *, digits: int = 0) -> None:
    """Print one row for each thing measured: median, worst, and how often it was measured."""
    print(f"\n### {title}\n\n{machine()}\n")
    print(f"| | median, {unit} | worst, {unit} | n |\n|---|---:|---:|---:|")
    for name, values in measured.items():
        print(f"| {name} | {median(values):.{digits}f} | {max(values):.{digits}f} | {len(values)} |")
