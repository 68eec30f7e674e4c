"""The effects that there are, by name, in the order in which they were registered."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from calls.errors import EffectError

Image = NDArray[np.uint8]
"""Pixels: height x width x 3, blue, green, red, 0 to 255. An effect returns as many and never alters its input."""


@dataclass(frozen=True, slots=True)
class Slider:
    """A parameter that a person may set, from `low` to `high`, both included."""

    low: int
    high: int
    default: int
    help: str = ""

    def check(self, name: str, value: int) -> int:
        """The value, or EffectError when it is out of range."""
        if not self.low <= value <= self.high:
            raise EffectError(f"{name} is from {self.low} to {self.high}, not {value}.")
        return value


@dataclass(frozen=True, slots=True)
class Context:
    """What an effect may know besides the pixels. A function that wants it declares a parameter `context`."""

    name: str = ""
    """The person in the picture."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A registered effect."""

    name: str
    function: Callable[..., Image]
    sliders: Mapping[str, Slider] = field(default_factory=dict)
    wants_context: bool = False

    def defaults(self) -> dict[str, int]:
        """Every parameter at its default."""
        return {name: slider.default for name, slider in self.sliders.items()}

    def apply(self, image: Image, parameters: Mapping[str, int], context: Context) -> Image:
        """The picture after the effect. Raises whatever the function raises, and EffectError for a wrong result."""
        extra = {"context": context} if self.wants_context else {}
        result = self.function(image, **parameters, **extra)
        if result.shape != image.shape or result.dtype != image.dtype:
            raise EffectError(
                f"{self.name} returned {result.dtype} of {result.shape} for {image.dtype} of {image.shape}."
            )
        return result


EFFECTS: dict[str, Effect] = {}


def effect(name: str, **sliders: Slider) -> Callable[[Callable[..., Image]], Callable[..., Image]]:
    """Register the decorated function under this name. It takes the pixels, then each slider's value by name.

    Raises EffectError when the name is taken, or the function's parameters are not the sliders.
    """

    def register(function: Callable[..., Image]) -> Callable[..., Image]:
        parameters = list(inspect.signature(function).parameters)[1:]
        wants_context = "context" in parameters
        if name in EFFECTS and EFFECTS[name].function.__module__ != function.__module__:
            raise EffectError(f"There is an effect {name!r} already.")
        if set(parameters) - {"context"} != set(sliders):
            raise EffectError(f"{name!r} takes {parameters} and has sliders for {list(sliders)}.")
        EFFECTS[name] = Effect(name, function, sliders, wants_context)
        return function

    return register
