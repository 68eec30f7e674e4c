"""The tables of bench.relay that have more columns than bench.table's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median

import numpy as np

from bench import table
from bench.relay_run import DELIVERED, DISTURBED, Result

NOTE = (
    "Saturated: less than 95 % of the frames came, or the machine was busy all the time. Such a row says what the "
    "machine can do, not what the engine costs: that would be about its CPU divided by the share that came. "
    f"Disturbed: something else took more than {DISTURBED:.0f} % of a core meanwhile."
)


@dataclass(frozen=True)
class Comparison:
    """Parley's engine and the others, under the same load."""

    what: str
    parley: Result
    known: Result | None
    janus: Result | None


def calls(shown: Mapping[str, Result]) -> None:
    """What came of 1:1 calls, and when."""
    head = ["CPU, % of a core each", "frames/s", "of those due", "delay, ms", "95 % within", "MB each", ""]
    _print("1:1 calls", head, {name: _call(result) for name, result in shown.items()})
    print("\nThe delay is from sending a frame to its last packet's arrival; without a server, it is the clients' own.")


def rooms(shown: Mapping[str, Result]) -> None:
    """What rooms cost, also by what came."""
    head = ["CPU, % of a core", "clients'", "others'", "frames/s each", "of those due"]
    head += ["CPU ms per frame that came", ""]
    _print("Rooms", head, {name: _room(result) for name, result in shown.items()})
    if shown:
        print(
            "\nEach person receives everybody else's video from the known pattern and from Janus, and one from Parley."
        )
        print(NOTE)


def ratios(title: str, compared: Sequence[Comparison]) -> None:
    """How many times Parley's CPU the known pattern costs, and how many times Janus's Parley does."""
    if compared:
        head = ["known pattern / Parley", "the same, at full delivery", "Parley / Janus"]
        _print(f"{title}: ratios of CPU", head, {each.what: _ratio(each) for each in compared})


def fits(grown: Mapping[str, Sequence[Result]]) -> None:
    """How the cost of a room grows with its people: the straight line through the rows, and how well it fits."""
    for name, results in grown.items():
        whole = [result for result in results if result.delivered >= DELIVERED]
        if len(whole) >= 3:
            people, cpu = [result.people for result in whole], [mean(result.cpu) for result in whole]
            slope, start = np.polyfit(people, cpu, 1)
            fit = np.corrcoef(people, cpu)[0, 1] ** 2
            print(f"\n{name}: {start:.1f} + {slope:.1f} · people, in % of a core (R² = {fit:.3f}, rooms of {people})")


def _call(result: Result) -> list[str]:
    cpu = f"{mean(result.each):.1f}" if any(result.cpu) else "-"
    memory = f"{result.memory:.0f}" if any(result.cpu) else "-"
    return [cpu, *_came(result), *_delay(result.delays), memory, _mark(result)]


def _room(result: Result) -> list[str]:
    cpu = [f"{mean(result.cpu):.0f}", f"{result.clients_cpu:.0f}", f"{result.others_cpu:.0f}"]
    return [*cpu, *_came(result), f"{result.per_frame:.2f}", _mark(result)]


def _came(result: Result) -> list[str]:
    return [f"{mean(result.fps):.1f}", f"{100 * result.delivered:.0f} %"]


def _delay(delays: Sequence[float]) -> list[str]:
    return [f"{median(delays):.1f}", f"{np.percentile(delays, 95):.1f}"] if delays else ["-", "-"]


def _mark(result: Result) -> str:
    marks = {"saturated": result.saturated, "disturbed": result.disturbed}
    return ", ".join(mark for mark, so in marks.items() if so)


def _ratio(compared: Comparison) -> list[str]:
    ours = mean(compared.parley.cpu)
    known, whole, janus = "-", "-", "-"
    if compared.known:
        cost = mean(compared.known.cpu)
        known = f"{cost / ours:.1f}{' (saturated)' if compared.known.saturated else ''}"
        whole = f"{cost / min(compared.known.delivered, 1.0) / ours:.1f}"
    if compared.janus:
        janus = f"{ours / mean(compared.janus.cpu):.1f}"
    return [known, whole, janus]


def _print(title: str, head: Sequence[str], rows: Mapping[str, Sequence[str]]) -> None:
    if not rows:
        return
    print(f"\n### {title}\n\n{table.machine()}\n")
    print(f"| | {' | '.join(head)} |\n|---|{'---:|' * len(head)}")
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |")
