"""What relaying a call costs the server: Parley's engine beside the known pattern, and beside Janus if it is installed.

    python -m bench.relay [--quick] [--window SECONDS] [--warm-up SECONDS] [--engines known,parley,janus]

Each engine runs in a process of its own. The people are aiortc connections in this one; they send a clip that is
encoded already, and decode nothing but what the delay is read from. Compare the ratios of one run: machines differ.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from bench import relay_report as report
from bench import table
from bench.relay_engine import Setup
from bench.relay_link import EngineError
from bench.relay_run import Result, Window, direct, measure

FPS = 30


@dataclass(frozen=True)
class Contender:
    """An engine, and how it is called."""

    label: str
    engine: str


@dataclass(frozen=True)
class Picture:
    """What each person sends."""

    width: int
    height: int
    bitrate: int

    def __str__(self) -> str:
        return f"{self.width} by {self.height}, {self.bitrate / 1e6:g} Mbit/s"


KNOWN = Contender("known pattern", "known")
PARLEY = Contender("Parley", "parley")
JANUS = Contender("Janus", "janus")
SMALL, LARGE = Picture(640, 480, 1_000_000), Picture(1280, 720, 2_500_000)
EFFECT = "Blur"


@dataclass(frozen=True)
class Plan:
    """What is measured, and how long."""

    engines: frozenset[str]
    pictures: tuple[Picture, ...]
    effects: tuple[str, ...]
    rooms: tuple[int, ...]
    window: Window


def plan(arguments: list[str]) -> Plan:
    """From the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.relay")
    parser.add_argument("--quick", action="store_true", help="less of everything, in a minute")
    parser.add_argument("--window", type=float, metavar="SECONDS", help="how long each run is measured")
    parser.add_argument("--warm-up", type=float, metavar="SECONDS", help="how long each run is left alone before")
    parser.add_argument("--engines", default="known,parley,janus", metavar="NAMES")
    given = parser.parse_args(arguments)
    window = Window(given.warm_up or (1.5 if given.quick else 3.0), given.window or (2.4 if given.quick else 6.0))
    engines = frozenset(given.engines.split(","))
    if given.quick:
        return Plan(engines, (SMALL,), (), (2, 4), window)
    return Plan(engines, (SMALL, LARGE), (EFFECT,), (2, 4, 6, 8), window)


class Bench:
    """Runs what is asked for, each thing once."""

    def __init__(self, todo: Plan) -> None:
        self.todo = todo
        self._done: dict[tuple[Contender, Setup, int], Result] = {}
        self._out: set[Contender] = set()
        self.notes: list[str] = []
        """What could not be measured, and why."""

    async def run(self, contender: Contender, people: int, picture: Picture, effect: str = "") -> Result | None:
        """A room of people on an engine; None if that is left out."""
        if contender.engine not in self.todo.engines or contender in self._out:
            return None
        setup = self._setup(contender, picture, effect)
        if (contender, setup, people) not in self._done:
            say(what := f"{contender.label}, {people} people, {picture} {effect}".strip())
            try:
                result = await measure(setup, people, self.todo.window, FPS, probe=people == 2)
                self._done[contender, setup, people] = result
            except EngineError as error:
                self._out.add(contender)
                self.notes.append(f"{contender.label} is left out: {error}.")
            except TimeoutError:
                self.notes.append(f"{what}: not connected in time.")
        return self._done.get((contender, setup, people))

    async def direct(self, picture: Picture) -> Result:
        """Two people with nothing between them."""
        say(f"nothing between two people, {picture}")
        return await direct(self._setup(Contender("", ""), picture, ""), self.todo.window)

    @staticmethod
    def _setup(contender: Contender, picture: Picture, effect: str) -> Setup:
        return Setup(contender.engine, picture.bitrate, picture.width, picture.height, FPS, effect)


def say(what: str) -> None:
    """Progress, beside the tables."""
    print(what, file=sys.stderr, flush=True)


async def calls(bench: Bench) -> None:
    """Two people: each picture, then with an effect."""
    shown: dict[str, Result] = {}
    costs: list[report.Comparison] = []
    cases = [(picture, "") for picture in bench.todo.pictures] + [(SMALL, effect) for effect in bench.todo.effects]
    for picture, effect in cases:
        case = f"{picture}, {effect}" if effect else f"{picture}"
        if not effect:
            shown[f"no server, {case}"] = await bench.direct(picture)
        contenders = (KNOWN, PARLEY) if effect else (KNOWN, PARLEY, JANUS)
        ran = {one: await bench.run(one, 2, picture, effect) for one in contenders}
        shown |= {f"{one.label}, {case}": result for one, result in ran.items() if result}
        costs += compared(f"1:1, {case}", ran[KNOWN], ran[PARLEY], ran.get(JANUS))
    if rows := cpu(shown, each=True):
        table.show("1:1 calls: the server's CPU for each person", "% of a core", rows, digits=1)
    report.calls(shown)
    report.ratios("1:1 calls", costs)


async def rooms(bench: Bench) -> None:
    """Rooms of more and more people."""
    shown: dict[str, Result] = {}
    costs: list[report.Comparison] = []
    grown: list[Result] = []
    for people in bench.todo.rooms:
        ran = {one: await bench.run(one, people, SMALL) for one in (KNOWN, PARLEY, JANUS)}
        shown |= {f"{people} people, {one.label}": result for one, result in ran.items() if result}
        costs += compared(f"{people} people", ran[KNOWN], ran[PARLEY], ran[JANUS])
        grown += [result for result in (ran[PARLEY],) if result]
    if rows := cpu(shown, each=False):
        table.show(f"Rooms: the server's CPU, {SMALL}", "% of a core", rows, digits=1)
    report.rooms(shown)
    report.ratios("Rooms", costs)
    report.fits({PARLEY.label: grown})


def cpu(shown: dict[str, Result], *, each: bool) -> dict[str, list[float]]:
    """The rows of a table; what ran on a machine that could do no more says so."""
    return {
        f"{name} (saturated)" if result.saturated else name: result.each if each else list(result.cpu)
        for name, result in shown.items()
        if any(result.cpu)
    }


def compared(what: str, known: Result | None, ours: Result | None, janus: Result | None) -> Iterator[report.Comparison]:
    """The known pattern and Janus against Parley, as far as both were measured."""
    if ours:
        yield report.Comparison(what, ours, known, janus)


async def main(todo: Plan) -> None:
    """Print the tables."""
    bench = Bench(todo)
    await calls(bench)
    await rooms(bench)
    for note in bench.notes:
        print(f"\n{note}")


if __name__ == "__main__":
    asyncio.run(main(plan(sys.argv[1:])))
