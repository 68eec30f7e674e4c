"""Effects on video: each is one function over pixels, and one decorator that registers it.

A new file in this package with such a function is all that it takes; README.md has an example that works when pasted.
"""

import importlib
import pkgutil

from calls.effects.registry import EFFECTS, Context, Effect, Slider, effect

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["EFFECTS", "Context", "Effect", "Slider", "effect"]
