"""A UDP socket on the event loop: what arrives, with the time when it did, and what is sent.

asyncio's own reads one datagram in each turn of the loop, and knows only when it got round to it.
"""

import asyncio
import errno
import os
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress

from calls.limits import DATAGRAM_BYTES

Address = tuple[str, int]
"""A host's address, IPv4 or IPv6, and a port."""
Hears = Callable[[bytes, Address, float], None]
"""Gets a datagram, where it came from, and when (`time.monotonic`)."""

BUFFER = 4 * 1024 * 1024  # bytes that the kernel is asked to keep, each way; net.core.rmem_max and wmem_max bound it
BATCH = 16  # datagrams in one turn of the loop, whose other work must not wait for long
AT_ONCE = 50e-6  # seconds between two looks at a clock with nothing between them, at most
UNSENT = 4096  # datagrams that wait for the kernel to take more; of more, the oldest are lost

# The option has no name in Python. Linux has this value on x86, ARM, RISC-V and most others.
SO_TIMESTAMPNS = 35 if sys.platform == "linux" else None
TIMESPEC = struct.Struct("@ll")  # seconds and nanoseconds
ANCILLARY = socket.CMSG_SPACE(TIMESPEC.size)


def bind(address: str, ports: Iterable[int]) -> socket.socket:
    """A UDP socket at this address, at the first of these ports that is free; port 0 is any. Raises OSError."""
    for port in ports:
        bound = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        bound.settimeout(0)
        try:
            bound.bind((address, port))
        except OSError as error:
            bound.close()
            if error.errno != errno.EADDRINUSE:
                raise
        else:
            return bound
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


class Datagrams:
    """Sends datagrams, and has `hears` hear what arrives between `open` and `close`."""

    def __init__(self, bound: socket.socket, hears: Hears) -> None:
        self.name: Address = bound.getsockname()[:2]
        self._socket, self._hears = bound, hears
        self._unsent: deque[tuple[bytes, Address]] = deque(maxlen=UNSENT)
        self._ahead = time.time() - time.monotonic()
        self._last = 0.0
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            bound.setsockopt(socket.SOL_SOCKET, option, BUFFER)
        if SO_TIMESTAMPNS is not None:
            with suppress(OSError):
                bound.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)

    def open(self) -> None:
        """Listen, on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._read)

    def close(self) -> None:
        """Let the port go; what was not sent yet is lost."""
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()

    def send(self, data: bytes, address: Address) -> None:
        """Send a datagram. Lost without a word, as on any network, where there is no way or too much is on it."""
        if self._unsent or not self._sent(data, address):
            if not self._unsent:
                self._loop.add_writer(self._socket, self._write)
            self._unsent.append((data, address))

    def _sent(self, data: bytes, address: Address) -> bool:
        """Whether the kernel has taken it, or never will."""
        try:
            self._socket.sendto(data, address)
        except (BlockingIOError, InterruptedError):
            return False
        except (OSError, OverflowError):  # no such network, no such port
            pass
        return True

    def _write(self) -> None:
        while self._unsent and self._sent(*self._unsent[0]):
            self._unsent.popleft()
        if not self._unsent:
            self._loop.remove_writer(self._socket)

    def _read(self) -> None:
        now = self._look_at_clocks()
        for _ in range(BATCH):
            try:
                data, ancillary, flags, source = self._socket.recvmsg(DATAGRAM_BYTES, ANCILLARY)
            except OSError:  # that was all
                return
            if data and not flags & socket.MSG_TRUNC:
                self._last = max(self._last, min(now, self._stamped(ancillary, now)))
                self._hears(data, source[:2], self._last)

    def _look_at_clocks(self) -> float:
        """The time now. The kernel's stamps are in the time of day, so look as well by how much that is ahead; where
        another process had its turn between the two looks, what was found before is nearer the truth."""
        now = time.monotonic()
        ahead = time.time() - now
        if time.monotonic() - now < AT_ONCE:
            self._ahead = ahead
        return now

    def _stamped(self, ancillary: list[tuple[int, int, bytes]], now: float) -> float:
        """When the kernel had the datagram; now, where it does not say."""
        for _, kind, stamp in ancillary:
            if kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = TIMESPEC.unpack(stamp)
                return float(seconds + nanoseconds * 1e-9) - self._ahead
        return now
