"""Behind nginx, as docs/deploy.md has it: at the root and below a path."""

import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.person import WITHIN, Person
from tests.e2e.proxy import behind_nginx, needs_nginx
from tests.e2e.server import serving


@needs_nginx
@pytest.mark.parametrize("path", ["", "calls/here/"])
def test_a_call_goes_through_a_proxy(tmp_path: Path, strangers: tuple[Person, Person], path: str) -> None:
    """Modules and /signal are found, also below server.baseUrlPath, and nobody has to look for news; what Streamlit
    says of itself is not to be had."""
    alice, bob = strangers
    with serving(tmp_path, path=path, trusted_proxies="127.0.0.1") as server, behind_nginx(tmp_path, server) as url:
        with bob.page.expect_websocket(lambda line: line.url.endswith(f"/{path}signal"), timeout=WITHIN):
            bob.enters(url)
        alice.meets(bob, url)
        alice.writes("Through a proxy")
        bob.reads("Through a proxy")
        for one, other in ((alice, bob), (bob, alice)):
            one.sees(other)
            expect(one.page.get_by_text("this page looks for news")).to_have_count(0)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{url}_stcore/metrics")
        assert "PARLEY_TRUSTED_PROXIES" not in server.log
