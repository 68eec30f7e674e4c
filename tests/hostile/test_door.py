"""Strangers at the door of a real server: too many, too silent, too large, too fast."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from calls import limits
from components.door import HTTP_TOO
from tests.e2e.server import Server, serving
from tests.hostile.visitor import WITHIN, Visitor, dial, stream


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for six WebSockets, four of them from one address, with a proxy at 127.0.0.50."""
    settings = {"connections": "6", "connections_per_address": "4", "trusted_proxies": "127.0.0.50"}
    with serving(tmp_path_factory.mktemp("narrow"), **settings) as running:
        yield running


async def ends(connection: ClientConnection) -> tuple[int | None, str | None]:
    """How the server ends this WebSocket."""
    async with asyncio.timeout(WITHIN):
        await connection.wait_closed()
    return connection.close_code, connection.close_reason


async def refused(server: Server, **options: Any) -> int:
    """The HTTP status with which one more line is refused."""
    with pytest.raises(InvalidStatus) as caught:
        await dial(server.url, "signal", **options)
    assert "Retry-After" in caught.value.response.headers
    return caught.value.response.status_code


@asynccontextmanager
async def lines(server: Server, *addresses: str, **options: Any) -> AsyncIterator[list[ClientConnection]]:
    """Open lines from these addresses, and close them."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(dial(server.url, "signal", address=address, **options))
            for address in addresses
        ]


async def test_who_says_nothing_is_closed(server: Server) -> None:
    """Lines of both kinds are told why; a connection without a request, slow headers and a slow body end as well."""
    async with Visitor.opens(server.url) as mallory, dial(server.url, "signal") as one, stream(server.url) as other:
        started = [b"", b"GET / HTTP/1.1\r\nHost:", upload(server, mallory, "Content-Length: 100") + b"--b\r\n"]
        connections = [await asyncio.open_connection("127.0.0.1", server.port) for _ in started]
        for (_, writer), sent in zip(connections, started, strict=True):
            writer.write(sent)
        for silent in (one, other):
            assert await ends(silent) == (1008, "A line says hello within 10 s.")
        async with asyncio.timeout(WITHIN):
            answers = [await reader.read() for reader, _ in connections]
    assert [answer[:12] for answer in answers] == [b"", b"", b"HTTP/1.1 408"]
    for _, writer in connections:
        writer.close()


async def test_who_has_spoken_may_be_silent(server: Server) -> None:
    """Ten seconds after a hello the line is still there: it is one who waits for news."""
    async with dial(server.url, "signal") as spoken, dial(server.url, "signal") as silent:
        await spoken.send('{"type": "ping"}')
        await ends(silent)
        await spoken.send('{"type": "ping"}')
        assert [json.loads(await spoken.recv())["type"] for _ in range(2)] == ["pong", "pong"]


async def test_so_many_from_one_address_and_so_many_in_all(narrow: Server) -> None:
    """The fifth from one address is refused with 429, the seventh of all with 503; who goes makes room."""
    async with lines(narrow, *["127.0.0.2"] * 4) as mine:
        assert await refused(narrow, address="127.0.0.2") == 429
        async with lines(narrow, "127.0.0.3", "127.0.0.4"):
            assert await refused(narrow, address="127.0.0.5") == 503
        await mine[0].close()
        async with lines(narrow, "127.0.0.2"):
            pass
    assert "without completing handshake" not in narrow.log


async def test_a_proxy_that_is_trusted_speaks_for_its_visitors(narrow: Server) -> None:
    """They count by the address that the proxy adds, whatever they have written before it."""

    def behind(visitor: str, spoofed: str) -> dict[str, Any]:
        return {"additional_headers": {"X-Forwarded-For": f"{spoofed}, {visitor}"}}

    async with AsyncExitStack() as stack:
        for number in range(4):
            options = behind("198.51.100.1", f"203.0.113.{number}")
            await stack.enter_async_context(dial(narrow.url, "signal", address="127.0.0.50", **options))
        assert await refused(narrow, address="127.0.0.50", **behind("198.51.100.1", "203.0.113.9")) == 429
        await stack.enter_async_context(
            dial(narrow.url, "signal", address="127.0.0.50", **behind("198.51.100.2", "203.0.113.9"))
        )


async def test_who_is_not_trusted_speaks_for_nobody(narrow: Server) -> None:
    """Another address in X-Forwarded-For brings a stranger no more lines."""
    headers = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in range(5)]
    async with AsyncExitStack() as stack:
        for header in headers[:4]:
            await stack.enter_async_context(dial(narrow.url, "signal", address="127.0.0.6", additional_headers=header))
        assert await refused(narrow, address="127.0.0.6", additional_headers=headers[4]) == 429


async def test_connections_that_are_no_websockets_are_counted(narrow: Server) -> None:
    """Of TCP connections one address has HTTP_TOO times as many as of WebSockets; the next one is answered with 503."""
    most = HTTP_TOO * 4
    held = [socket.create_connection(("127.0.0.1", narrow.port), source_address=("127.0.0.7", 0)) for _ in range(most)]
    reader, writer = await asyncio.open_connection("127.0.0.1", narrow.port, local_addr=("127.0.0.7", 0))
    async with asyncio.timeout(WITHIN):
        assert (await reader.read()).startswith(b"HTTP/1.1 503 ")
    async with lines(narrow, "127.0.0.8"):
        pass
    writer.close()
    for each in held:
        each.close()


@pytest.mark.parametrize("path", ["signal", "_stcore/stream"])
async def test_a_large_frame_is_refused_before_it_is_held(server: Server, path: str) -> None:
    """Its header is enough: the server takes none of the 100 MB, and says why (RFC 6455: 1009)."""
    process = psutil.Process(server.pid)
    async with dial(server.url, path) as connection:
        before = process.memory_info().rss
        with pytest.raises(ConnectionClosed):
            await connection.send(b"x" * 100_000_000)
        assert (await ends(connection))[0] == 1009
        assert process.memory_info().rss - before < 20_000_000


async def test_pings_that_nobody_reads_the_answers_of(server: Server) -> None:
    """The server's memory does not grow with them."""
    process = psutil.Process(server.pid)
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # the network holds little of them
    narrow.connect(("127.0.0.1", server.port))
    narrow.settimeout(0)
    async with dial(server.url, "signal", sock=narrow) as connection:
        await connection.send('{"type": "watch"}')
        connection.transport.pause_reading()
        before = process.memory_info().rss
        frame = b"\x89\xfd\x00\x00\x00\x00" + b"p" * 125
        for _ in range(120):
            connection.transport.write(frame * 1_000)
            while connection.transport.get_write_buffer_size() > 1_000_000:
                await asyncio.sleep(0.01)
        assert process.memory_info().rss - before < 5_000_000
        connection.transport.abort()


def upload(server: Server, visitor: Visitor, *headers: str) -> bytes:
    """The head of an upload into this visitor's own session, as Streamlit's page would write it."""
    with urlopen(f"{server.url}_stcore/health") as response:
        cookie = response.headers["Set-Cookie"].partition(";")[0]
    head = [
        f"PUT /_stcore/upload_file/{visitor.page.session}/0 HTTP/1.1",
        "Host: localhost",
        f"Cookie: {cookie}",
        f"X-Xsrftoken: {cookie.partition('=')[2]}",
        'Content-Type: multipart/form-data; boundary="b"',
    ]
    return "\r\n".join([*head, *headers, "", ""]).encode()


async def answer(server: Server, sent: bytes) -> bytes:
    """The first line of the answer to this."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    async with asyncio.timeout(WITHIN):
        line = await reader.readline()
    writer.close()
    return line


async def test_a_large_body_is_refused_before_it_is_held(server: Server) -> None:
    """By its length, if it says one, else as soon as it is too long. A small one reaches Streamlit."""
    part = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + b"x" * 32 * 1024
    chunk = b"%x\r\n%s\r\n" % (len(part), part)
    async with Visitor.opens(server.url) as mallory:
        sent = upload(server, mallory, "Content-Length: 100000000")
        assert (await answer(server, sent)).startswith(b"HTTP/1.1 413 ")
        head = upload(server, mallory, "Transfer-Encoding: chunked")
        assert (await answer(server, head + chunk * 3)).startswith(b"HTTP/1.1 413 ")
        assert b" 413 " not in await answer(server, head + chunk + b"0\r\n\r\n")


async def test_runs_without_end_wait_in_the_network(server: Server) -> None:
    """A stranger asks for 3,000 runs at once: the server hears so many as one may send, and others are served."""
    async with Visitor.opens(server.url, address="127.0.0.9") as flooding, Visitor.opens(server.url) as calm:
        await flooding.enters("Mallory Runs")
        message = flooding.rerun(query_string="x" * 10_000)  # more than the network holds
        sending = asyncio.create_task(_send(flooding, message.SerializeToString(), 3_000))
        for _ in range(3):
            await calm.runs()
        assert not sending.done()
        assert flooding.page.runs < 3_000
        sending.cancel()


async def _send(visitor: Visitor, message: bytes, times: int) -> None:
    for _ in range(times):
        await visitor.sends(message)


async def test_calls_without_end_are_refused_on_the_page(server: Server) -> None:
    """Who calls again and again is told to wait, and the others hear no more of it."""
    async with Visitor.opens(server.url) as mallory, Visitor.opens(server.url) as ben:
        await mallory.enters("Mallory Calls")
        await ben.enters("Ben Calls")
        await mallory.runs()
        for _ in range(5 * limits.RINGS.at_once):  # some are allowed again while this goes on
            answer = await mallory.calls("Ben Calls")
            if answer["type"] == "refused":
                break
            await mallory.answers(accepts=False)
        assert answer["code"] == "rate_limited"
        assert answer["message"].startswith("That was too often. Wait")


def test_what_browsers_are_told(server: Server) -> None:
    """With every response: who may frame the page, and what it may use."""
    for path in ("", "room", "static/none.js", "_stcore/health"):
        with urlopen(server.url + path) as response:
            assert response.headers["Content-Security-Policy"] == "frame-ancestors 'self'"
            assert response.headers["Referrer-Policy"] == "same-origin"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Permissions-Policy"] == "camera=(self), microphone=(self), display-capture=(self)"


def test_a_server_starts_without_a_warning(server: Server) -> None:
    """Whoever starts it reads where the page is."""
    assert "You can now view your Streamlit app" in server.log
    assert "ScriptRunContext" not in server.log


async def test_a_server_below_a_path(tmp_path: Path) -> None:
    """With server.baseUrlPath, the page and /signal are below it; /signal is also where a proxy takes the path away."""
    with serving(tmp_path, path="calls/here/") as below:
        for url in (below.url, below.url.removesuffix("calls/here/")):
            async with dial(url, "signal") as connection:
                await connection.send('{"type": "watch"}')
                assert json.loads(await connection.recv())["type"] == "welcome"
        async with Visitor.opens(below.url) as ada:
            await ada.enters("Ada Below")


async def test_a_line_of_the_log_that_repeats_is_counted(server: Server) -> None:
    """Two hundred requests that are none fill no disk."""
    before = server.log.count("Invalid HTTP request received")
    for _ in range(200):
        assert b" 400 " in await answer(server, b"nonsense\r\n\r\n")
    assert 0 < server.log.count("Invalid HTTP request received") - before < 50
