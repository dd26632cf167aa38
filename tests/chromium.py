"""Pages in an installed Chromium: how they are opened, and what every page of the project must keep to."""

import contextlib
import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PATIENCE = 180_000  # milliseconds: other tests run at the same time
# WCAG 2: relative luminance of what is written and of the nearest ground that is not transparent.
FAINT = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parts(getComputedStyle(at).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = [];
  for (const node of document.body.querySelectorAll("*")) {
    const text = [...node.childNodes].filter((one) => one.nodeType === 3).map((one) => one.data.trim()).join("");
    if (!text || !node.getClientRects().length || node.disabled) continue;
    const style = getComputedStyle(node);
    const colour = node instanceof SVGElement ? style.fill : style.color;
    const [low, high] = [luminance(parts(colour).slice(0, 3)), luminance(ground(node))].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)}: ${text.slice(0, 40)}`);
  }
  return faint;
}"""


@contextlib.contextmanager
def served(service):
    """A client of a service that runs until the block ends, both patient."""
    from tests.serving.doubling_service import running  # httpx and pydantic, which most tests do without

    with running(service, timeout=PATIENCE / 1000) as client:
        client.timeout = PATIENCE / 1000
        yield client


@contextlib.contextmanager
def chromium():
    """A headless browser; the test is skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as started, launched(started.chromium) as browser:
        yield browser


def launched(kind, *arguments: str):
    """Another browser of the kind of one that runs, `browser.browser_type`, started with more arguments."""
    return kind.launch(executable_path=CHROMIUM, args=[*OPTIONS, *arguments])


def opened(browser, address: str, width: int = 1280, scheme: str = "light", **context):
    """A page; its `.requests` are the URLs that it asked for, its `.faults` what the console told."""
    made = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, **context)
    made.set_default_timeout(PATIENCE)
    page = made.new_page()
    page.requests, page.faults = [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("console", lambda message: page.faults.append(message.text))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(address)
    return page


def until(page, expression: str) -> None:
    """Waits for JavaScript to be true: `page.wait_for_function` runs strings, which the pages' own policy forbids."""
    for _ in range(PATIENCE // 50):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"it never came true: {expression}")


def beyond(page) -> int:
    """Pixels by which the page is wider than the screen."""
    return page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")


def faint(page) -> list[str]:
    """Texts that are shown with less contrast than WCAG AA asks of small ones."""
    return page.evaluate(FAINT)


def nameless(page) -> list[str]:
    """What can be operated, and pictures, that the accessibility tree has without a name."""
    lines = [line.strip() for line in page.locator("body").aria_snapshot().splitlines()]
    roles = ("- button", "- combobox", "- textbox", "- link", "- img", "- region")
    return [line for line in lines if line.startswith(roles) and '"' not in line.partition(":")[0]]
