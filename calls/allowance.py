"""How often one person, or one address, may do something: token buckets by key, in bounded memory.

The buckets are pyrate-limiter's (https://pyrate-limiter.readthedocs.io), on Parley's clock and without a thread of
their own. The rates are in `calls/limits.py`.
"""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from typing import cast

from pyrate_limiter import Rate as BucketRate
from pyrate_limiter import RateItem, StateBucket, TokenBucket

from calls import limits
from calls.errors import RateLimitError
from calls.limits import Rate

MINUTE = 60_000  # milliseconds


class Allowances:
    """Buckets for the keys that were used last; what was not used for longest is forgotten. Any thread may ask."""

    def __init__(self, clock: Callable[[], float], *, keys: int = limits.ALLOWANCE_KEYS) -> None:
        self._clock, self._most = clock, keys
        self._buckets: OrderedDict[tuple[str, str], StateBucket] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._buckets)

    def wait(self, rate: Rate, key: str) -> float:
        """Spend one of what the key may at this rate, and return 0.0; or spend nothing, and return in how many seconds
        there will be one."""
        now = RateItem(key, int(self._clock() * 1000))
        with self._lock:
            bucket = self._bucket(rate, key)
            return 0.0 if bucket.put(now) else cast(int, bucket.waiting(now)) / 1000

    def spend(self, rate: Rate, key: str) -> None:
        """Spend one of what the key may at this rate. Raises RateLimitError."""
        if seconds := self.wait(rate, key):
            unit = "second" if ceil(seconds) == 1 else "seconds"
            raise RateLimitError(f"That was too often. Wait {ceil(seconds)} {unit}, then try again.")

    def _bucket(self, rate: Rate, key: str) -> StateBucket:
        found = self._buckets.pop((rate.what, key), None)
        self._buckets[rate.what, key] = found or StateBucket(
            [BucketRate(rate.per_minute, MINUTE, burst=rate.at_once)], TokenBucket()
        )
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return self._buckets[rate.what, key]


def network(address: str | None) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 address, all of which one customer has
    (RFC 6177). What is no address is taken as it is."""
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or ""
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)
