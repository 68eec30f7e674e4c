"""The visitor without a browser sees what a browser sees, and is heard as one."""

from tests.e2e.server import Server
from tests.hostile.visitor import Visitor


async def test_a_visitor_enters_calls_and_hangs_up(server: Server) -> None:
    """Names, buttons, pages and components work over the wire as they do in a browser."""
    async with Visitor.opens(server.url) as ada, Visitor.opens(server.url) as ben:
        await ada.enters("Ada Wire")
        await ben.enters("Ben Wire")
        await ada.runs()
        await ada.calls("Ben Wire")
        ring = await ben.answers(accepts=True)
        assert (ring["name"], ring["incoming"]) == ("Ada Wire", True)
        await ben.sees(lambda page: page.shows("bar"))
        await ben.hangs_up()
        await ben.sees(lambda page: page.shows("Leave"))


async def test_a_visitor_comes_back_after_a_reload(server: Server) -> None:
    """The token that the page remembers brings the same person back, and pages are found by their paths."""
    async with Visitor.opens(server.url) as ada:
        await ada.enters("Ada Reload")
        token = ada.token
    async with Visitor.opens(server.url, token=token) as ada:
        assert "Hello, Ada Reload" in ada.page.reads
        await ada.goes_to("history")
        assert "History" in ada.page.reads
