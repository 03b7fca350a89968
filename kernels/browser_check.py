"""Opens every lesson in JupyterLab, in Chromium, clicks Run All, and checks what the page shows.

usage: browser_check.py [--timeout SECONDS] [--view LESSON CELL FILE] FOLDER   (with en/ and zh/; screenshots go to .cache/screenshots)
A lesson fails by an error output, a picture that is not shown, a slider that does not change its picture, a width that has to be scrolled at
1280 pixels, or its time limit.
Lessons 00 and 02 are also interrupted, restarted and run a second time, which must show the same text and pictures.
--view visits LESSON (en/NAME.ipynb) alone and writes to FILE what the window shows with CELL scrolled to the top.
"""

import argparse
import json
import os
import secrets
import shutil
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, TimeoutError as Timeout, sync_playwright

import browser_again
from lab import Problem, choose_port, server
from session import ROOT, session

WIDTH, HEIGHT = 1280, 900  # a small laptop's window
TIMEOUT = 600  # seconds for one lesson, unless --timeout says otherwise
AGAIN = ("en/00-", "en/02-")  # lessons that are interrupted, restarted and run again
SCREENSHOTS = ROOT / ".cache" / "screenshots"

PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden) "
# What the page shows. An element whose content is wider than the element would have to be scrolled.
LOOK = """panel => ({
  prompts: [...document.querySelectorAll(panel + '.jp-CodeCell .jp-InputPrompt')].map(e => e.textContent.trim()),
  pictures: [...document.querySelectorAll(panel + '.jp-OutputArea-output img')].map(e => ({src: e.src.slice(0, 60), shown: e.complete && e.naturalWidth > 0 && e.clientWidth > 0})),
  drawings: document.querySelectorAll(panel + '.jp-OutputArea-output svg').length,
  wide: [document.documentElement, ...document.querySelectorAll(['.jp-WindowedPanel-outer', '.jp-OutputArea-output', '.jp-RenderedHTMLCommon', '.cm-scroller'].map(s => panel + s).join(','))]
    .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => `${e.className || e.tagName}: ${e.scrollWidth} in ${e.clientWidth} pixels: ${e.textContent.trim().slice(0, 60)}`),
  height: document.querySelector(panel + '.jp-WindowedPanel-outer').scrollHeight})"""
# Only the model distinguishes an error from other output on stderr: JupyterLab 4.6 draws both alike.
MODEL = """() => jupyterapp.shell.currentWidget.content.model.toJSON().cells.filter(c => c.cell_type === 'code').map(c => ({
  id: c.id, text: c.outputs.map(o => o.evalue ?? (o.name === 'stderr' ? [o.text].flat().join('') : '')).join(''), error: c.outputs.some(o => o.output_type === 'error')}))"""

SLIDERS = """() => jupyterapp.shell.currentWidget.content.model.toJSON().cells.filter(c => c.cell_type === 'code').reduce(
  (n, c) => n + [c.source].flat().join('').split('notebook.Slider(').length - 1, 0)"""


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("folder", type=Path, metavar="FOLDER")
    args.add_argument("--view", nargs=3, metavar=("LESSON", "CELL", "FILE"))
    args.add_argument("--timeout", type=int, default=TIMEOUT, help="seconds for one lesson (on a machine that does other things too)")
    a = args.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not chromium:
        raise Problem("no chromium on PATH (Debian: apt install chromium)")
    root = ROOT / ".cache" / "browser"
    shutil.rmtree(root, ignore_errors=True)
    for language in ("en", "zh"):
        shutil.copytree(a.folder / language, root / "lessons" / language)
    lessons = sorted((root / "lessons").glob(a.view[0] if a.view else "*/*.ipynb"))
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    port, token = choose_port(""), secrets.token_hex(24)
    pictures = errors = 0
    with session(root / "state") as env, sync_playwright() as playwright:
        user_settings(root / "state")
        # HOME: Chromium writes there.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, env={**os.environ, "HOME": str(root / "home")}, args=options)
        with server(root / "lessons", port, token, env, root / "lab.log", ["--LabApp.expose_app_in_browser=True"]):
            for lesson in lessons:
                page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
                seen, problems = visit(page, port, token, lesson.relative_to(root / "lessons"), a.timeout)
                if a.view:
                    take_view(page, *a.view[1:])
                page.close()
                pictures, errors = pictures + seen, errors + len(problems)
        browser.close()
    print(f"{len(lessons)} notebooks, {pictures} pictures, {errors} errors")
    sys.exit(1 if errors or not lessons else 0)


def user_settings(state: Path) -> None:
    """Checks that the page contains every cell, not only the visible ones, and that the notebook files do not change."""
    for name, values in {"notebook-extension/tracker": {"windowingMode": "none"}, "docmanager-extension/plugin": {"autosave": False}}.items():
        path = state / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


def visit(page: Page, port: int, token: str, lesson: Path, timeout: int) -> tuple[int, list[str]]:
    """Runs one lesson; returns its pictures and problems."""
    begin, shot = time.monotonic(), SCREENSHOTS / ("-".join(lesson.with_suffix(".png").parts))
    problems: list[str] = []
    try:
        open_lesson(page, port, token, lesson)
        run_all(page, timeout)
        if lesson.as_posix().startswith(AGAIN):
            first = browser_again.said(page)
            problems += browser_again.interrupt(page, wait)
            browser_again.restart(page, wait)
            run_all(page, timeout)
            problems += browser_again.differences(first, browser_again.said(page))
        problems += slide(page)
    except (Timeout, Problem) as e:
        problems.append(str(e).splitlines()[0])
    seen = page.evaluate(LOOK, PANEL) if page.locator(PANEL + ".jp-WindowedPanel-outer").count() else {"pictures": [], "drawings": 0, "wide": ["nothing is shown"], "height": HEIGHT}
    problems += [f"a picture is not shown: {p['src']}" for p in seen["pictures"] if not p["shown"]]
    problems += [f"too wide: {w}" for w in seen["wide"]]
    if not problems:
        problems += [f"cell {c['id']}: {c['text'][:500]}" for c in page.evaluate(MODEL) if c["error"] or "exit status" in c["text"]]
    page.set_viewport_size({"width": WIDTH, "height": min(seen["height"] + 200, 15000)})
    page.wait_for_timeout(300)
    page.evaluate("panel => document.querySelector(panel + '.jp-WindowedPanel-outer').scrollTop = 0", PANEL)  # Run All scrolls to the end
    page.wait_for_timeout(1000)
    page.screenshot(path=shot)
    count = len(seen["pictures"]) + seen["drawings"]
    print(f"{lesson}: {time.monotonic() - begin:.0f} s, {count} pictures, {len(problems)} errors; {shot.relative_to(ROOT)}", flush=True)
    for problem in problems:
        print(f"  {problem}", flush=True)
    return count, problems


def run_all(page: Page, timeout: int) -> None:
    page.locator('.lm-MenuBar-itemLabel:text-is("Run")').click()
    page.locator('[data-command="runmenu:run-all"]').click()
    page.wait_for_timeout(500)  # after a restart the prompts still have their numbers
    wait(page, "every cell has run", lambda: all(p.strip("[]: ").isdigit() for p in page.evaluate(LOOK, PANEL)["prompts"]), timeout)
    page.wait_for_timeout(500)  # the last outputs are drawn


def slide(page: Page) -> list[str]:
    """Moves every slider with the keyboard."""
    sliders = page.locator(PANEL + ".jp-OutputArea-output input[type=range]")
    count, wanted = sliders.count(), page.evaluate(SLIDERS)
    problems = [] if count == wanted else [f"{count} sliders are shown, {wanted} cells make one"]
    for i in range(count):
        slider = sliders.nth(i)
        picture = slider.locator("xpath=..").locator("img")
        before = picture.get_attribute("src")
        slider.press("Home" if slider.input_value() != slider.get_attribute("min") else "End")
        if picture.get_attribute("src") == before:
            problems.append(f"slider {i + 1} does not change its picture")
    return problems


def take_view(page: Page, cell: str, file: str) -> None:
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.wait_for_timeout(300)
    page.evaluate("id => jupyterapp.shell.currentWidget.content.widgets.find(w => w.model.id === id).node.scrollIntoView()", cell)
    page.wait_for_timeout(1000)
    page.screenshot(path=file)


def open_lesson(page: Page, port: int, token: str, lesson: Path) -> None:
    page.goto(f"http://127.0.0.1:{port}/lab/tree/{lesson.as_posix()}?token={token}&reset", wait_until="domcontentloaded")
    page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=60000)
    page.wait_for_selector(PANEL + ".jp-CodeCell", timeout=60000)
    # GoNB does not report that it is idle before its first cell: ask the server whether the page has its kernel.
    kernels = f"http://127.0.0.1:{port}/api/sessions?token={token}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def connected() -> bool:
        with opener.open(kernels, timeout=5) as answer:
            return any(s["path"] == lesson.as_posix() and s["kernel"]["connections"] > 0 for s in json.load(answer))

    wait(page, "the kernel is connected", connected, 60)


def wait(page: Page, what: str, done, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise Problem(f"not within {seconds:.0f} s: {what}")
        page.wait_for_timeout(200)


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(f"browser check: {problem}")
