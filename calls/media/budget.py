"""A token bucket."""


class Budget:
    """So much over time, and so much at once. Times are seconds on any steady clock."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst, self._left, self._at = rate, burst, burst, now

    def allow(self, rate: float, burst: float, now: float) -> None:
        """So much a second from now on, and so much at once."""
        self._fill(now)
        self._rate, self._burst = rate, burst

    def takes(self, amount: float, now: float) -> bool:
        """Whether there is as much as that; then it is taken."""
        self._fill(now)
        if amount > self._left:
            return False
        self._left -= amount
        return True

    def _fill(self, now: float) -> None:
        self._left = min(self._burst, self._left + self._rate * max(now - self._at, 0.0))
        self._at = now
