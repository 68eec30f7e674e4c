"""What Chromium films and hears in a test: a colour with something moving in it, and a tone."""

import wave
from pathlib import Path

import numpy as np

WIDTH, HEIGHT, FPS = 320, 240, 15
RATE = 48_000

COLOURS = {"red": (200, 30, 30), "green": (30, 180, 30), "blue": (40, 40, 210)}
SHOWN = COLOURS | {"grey": (81, 81, 81)}  # what red is as luma (BT.601)


def film(path: Path, colour: str, *, lively: bool = False) -> Path:
    """A second of YUV4MPEG2 in this colour, with a white bar that wanders through its upper third. A `lively` one is
    full of noise, and takes all the bits that it may."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420mpeg2\n".encode())
        for number in range(FPS):
            picture = _picture(COLOURS[colour], number)
            if lively:
                noise = np.random.default_rng(number).integers(-15, 15, (HEIGHT, WIDTH, 1))
                picture = np.clip(picture + noise, 0, 255)
            file.write(b"FRAME\n" + _yuv420(picture))
    return path


def _picture(rgb: tuple[int, int, int], number: int) -> np.ndarray:
    picture = np.full((HEIGHT, WIDTH, 3), rgb, dtype=np.float64)
    left = number * WIDTH // FPS
    picture[: HEIGHT // 3, left : left + WIDTH // FPS] = 255
    return picture


def _yuv420(rgb: np.ndarray) -> bytes:
    """BT.601, limited range: what Chromium takes a y4m file to be."""
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    y = 16 + 0.257 * r + 0.504 * g + 0.098 * b
    u = 128 - 0.148 * r - 0.291 * g + 0.439 * b
    v = 128 + 0.439 * r - 0.368 * g - 0.071 * b
    planes = (y, u[::2, ::2], v[::2, ::2])
    return b"".join(plane.round().astype(np.uint8).tobytes() for plane in planes)


def tone(path: Path, hertz: int) -> Path:
    """A second of a sine, which Chromium repeats."""
    samples = 0.4 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path
