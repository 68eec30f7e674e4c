"""Whether a page can be used without a mouse, without seeing and with little contrast, as far as axe-core can tell."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.e2e.person import LOOK_EVERY, WITHIN

EXCEPT: dict[str, list[str]] = {}
"""What is Streamlit's own and cannot be mended from here: for a rule, the CSS selectors that it is not asked about."""

RUN = """async options => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...options });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, html, failureSummary }) =>
    ({ id, html, target: target.flat().join(" "), why: failureSummary })));
}"""
IS_EXCEPTED = "([target, selectors]) => document.querySelector(target)?.matches(selectors.join()) ?? false"


def flaws(page: Page, *, rules: list[str] | None = None) -> list[str]:
    """What axe finds now, with its frames, a line each; by all of its rules, or by these alone."""
    for frame in page.frames:
        frame.evaluate(AXE_SCRIPT)
    options = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found: list[dict[str, Any]] = page.evaluate(RUN, options)
    return [f"{one['id']}: {one['html'][:200]} ({one['why']})" for one in found if not _excepted(page, one)]


def _excepted(page: Page, flaw: dict[str, Any]) -> bool:
    selectors = EXCEPT.get(flaw["id"], [])
    return bool(selectors) and bool(page.evaluate(IS_EXCEPTED, [flaw["target"], selectors]))


def is_clean(page: Page, *, rules: list[str] | None = None) -> None:
    """Nothing is found, once what fades and moves is done; or else this fails, with all that is still found."""
    found = flaws(page, rules=rules)
    for _ in range(WITHIN // (20 * LOOK_EVERY)):
        if not found:
            return
        page.wait_for_timeout(LOOK_EVERY)
        found = flaws(page, rules=rules)
    assert found == []
