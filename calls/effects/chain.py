"""The effects that one person has chosen, as the callback through which each of the person's frames goes."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from av import VideoFrame

from calls.effects.registry import EFFECTS, Context, Effect, Image
from calls.errors import EffectError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """An effect by name, with the parameters that differ from its defaults."""

    effect: str
    parameters: Mapping[str, int] = field(default_factory=dict)


class Chain:
    """A frame callback: `choose` on any thread, call it with frames on another."""

    def __init__(self, name: str = "", changed: Callable[[], None] = lambda: None) -> None:
        self.name = name
        """The person in the picture."""
        self.failure: str | None = None
        """Why effects were switched off, in one line; None when all is well."""
        self._changed = changed
        """Called, on whichever thread, when what is applied has changed."""
        self._chosen: tuple[Choice, ...] = ()
        self._active: tuple[Choice, ...] = ()

    @property
    def active(self) -> tuple[Choice, ...]:
        """What is applied, in this order, with every parameter."""
        return self._active

    def choose(self, choices: Sequence[Choice]) -> None:
        """Apply these from the next frame on. Raises EffectError, and then changes nothing."""
        active = tuple(_checked(choice) for choice in choices)
        if active != self._chosen:  # what failed stays off until something else is chosen
            self._chosen, self._active, self.failure = active, active, None
            self._changed()

    def give_up(self, why: str) -> None:
        """Switch all effects off until others are chosen; `why` is for the person to read."""
        if self.failure != why:
            self._active, self.failure = (), why
            self._changed()

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        """The frame after the effects; the same frame when there are none. An effect that fails is switched off."""
        active = self._active
        if not active:
            return frame
        image, context = np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8), Context(self.name)
        for choice in active:
            image = self._apply(choice, image, context)
        changed = VideoFrame.from_ndarray(image, format="bgr24")
        changed.pts = frame.pts
        if frame.time_base is not None:
            changed.time_base = frame.time_base
        return changed

    def _apply(self, choice: Choice, image: Image, context: Context) -> Image:
        try:
            return EFFECTS[choice.effect].apply(image, choice.parameters, context)
        except Exception:  # anybody may write an effect, and whatever it raises, the call goes on
            logger.exception("The effect %s failed and is off", choice.effect)
            self._active = tuple(other for other in self._active if other != choice)
            self.failure = f"The effect {choice.effect} failed and was switched off."
            self._changed()
            return image


def _checked(choice: Choice) -> Choice:
    effect = EFFECTS.get(choice.effect)
    if effect is None:
        raise EffectError(f"There is no effect {choice.effect!r}.")
    if unknown := choice.parameters.keys() - effect.sliders.keys():
        raise EffectError(f"{choice.effect} has no parameter {', '.join(sorted(unknown))}.")
    return Choice(choice.effect, _complete(effect, choice.parameters))


def _complete(effect: Effect, parameters: Mapping[str, int]) -> dict[str, int]:
    values = effect.defaults() | dict(parameters)
    return {name: slider.check(f"{effect.name} {name}", values[name]) for name, slider in effect.sliders.items()}
