"""Whether a page can be used without a mouse, without seeing and with little contrast, as far as axe-core can tell."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.e2e.person import LOOK_EVERY, WITHIN

EXCEPT = {
    # Streamlit's toast is named by an element that it does not draw.
    "aria-dialog-name": ["[data-testid=stToast]"],
}
"""What is Streamlit's own and cannot be mended from here: for a rule, the CSS selectors that it is not asked about."""

# The name of a control holds what is written on it (WCAG 2.5.3): axe asks for that only where it is told to.
RUN = """async () => {
  const rules = { "label-content-name-mismatch": { enabled: true } };
  const { violations } = await axe.run(document, { resultTypes: ["violations"], rules });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, html, failureSummary }) =>
    ({ id, html, target: target.flat().join(" "), why: failureSummary })));
}"""
IS_EXCEPTED = "([target, selectors]) => document.querySelector(target)?.matches(selectors.join()) ?? false"

# Whether nothing fades or moves but what does so without an end, and nothing waits to be drawn by a run.
IS_STILL = """() => !document.querySelector("[data-stale=true]") && document.getAnimations()
  .every((one) => one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity)"""
TRIES = 2


def flaws(page: Page) -> list[str]:
    """What axe finds now in a page and its frames, a line each."""
    for frame in page.frames:
        frame.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [f"{one['id']}: {one['html'][:200]} ({one['why']})" for one in found if not _excepted(page, one)]


def _excepted(page: Page, flaw: dict[str, Any]) -> bool:
    selectors = EXCEPT.get(flaw["id"], [])
    return bool(selectors) and bool(page.evaluate(IS_EXCEPTED, [flaw["target"], selectors]))


def remains(page: Page) -> list[str]:
    """What is found once what fades and moves is done, a line each."""
    page.wait_for_function(IS_STILL, timeout=WITHIN)
    found = flaws(page)
    for _ in range(TRIES):
        if not found:
            break
        page.wait_for_timeout(LOOK_EVERY)
        found = flaws(page)
    return found
