"""Uses every room in Chromium, on its own page and inside JupyterLab, in both languages, and checks what the page shows.

usage: rooms_check.py [--quick] [--minutes N] [--pictures FOLDER] SITE   (SITE: dist/rooms, see "make rooms"; screenshots go to .cache/screenshots)
A room fails by an error in the console, a request to another host, a control that changes nothing, a width that has to be scrolled, a serious
violation of axe-core, a file that it does not survive, a reload without network that fails, or memory that grows.
--quick visits the own page in English alone. --minutes moves controls at random for so long and then compares the memory. --pictures writes the
pictures that notebook.Room shows where there are no rooms.
"""

import argparse
import functools
import http.server
import os
import random
import secrets
import shutil
import sys
import threading
import time
from pathlib import Path

import nbformat
from playwright.sync_api import BrowserContext, Error, Frame, Page, sync_playwright

from browser_check import open_lesson, run_all, user_settings
from lab import Problem, choose_port, server
from session import ROOT, session

SCREENSHOTS = ROOT / ".cache" / "screenshots"
AXE = ROOT / "rooms" / "site" / "node_modules" / "axe-core" / "axe.min.js"
PREFIX = "/below/a/path/"  # a site must not assume that it is at the top
WAIT = 120_000  # milliseconds for a result, on a machine that does other things too
HOSTILE = {"lies.pth": b"PK\x03\x04" + b"\xff" * 200, "lies.safetensors": b"\xff" * 64, "lies.jpg": b"\xff\xd8\xff\xe0" + b"\x00" * 64}
GROWTH = 1.25  # the memory after --minutes beside that before
# What a reader sees of the result, as text: a control must change it.
SHOWN = """e => e.innerText + [...e.querySelectorAll('svg')].map(s => s.outerHTML).join('')
  + [...e.querySelectorAll('canvas')].map(c => c.toDataURL()).join('') + [...e.querySelectorAll('img')].map(i => i.src).join('')"""


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("site", type=Path, metavar="SITE")
    args.add_argument("--quick", action="store_true")
    args.add_argument("--minutes", type=float, default=0)
    args.add_argument("--pictures", type=Path)
    a = args.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not chromium:
        raise Problem("no chromium on PATH (Debian: apt install chromium)")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    check = Check()
    with sync_playwright() as playwright, serve(a.site) as url:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        rooms = names(browser.new_page(), url)
        if a.pictures:
            take_pictures(browser.new_context(viewport={"width": 760, "height": 900}), url, rooms, a.pictures)
            return
        for language in ("en",) if a.quick else ("en", "zh"):
            for room in rooms:
                check.room(browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=False), url, room, language)
        if not a.quick:
            check.accessible(browser.new_context(bypass_csp=True), url, rooms)
            check.in_lab(browser, rooms)
        check.offline(browser.new_context(), url, rooms[0])
        if a.minutes:
            check.lasting(browser.new_context(), url, rooms, a.minutes)
        browser.close()
    languages = 1 if a.quick else 2
    print(f"{len(rooms)} rooms, {languages} languages, {check.controls} controls, {len(check.errors)} errors")
    sys.exit(1 if check.errors or not rooms else 0)


class serve:
    """Serves a folder below PREFIX from a thread, as a plain static server does."""

    def __init__(self, site: Path):
        self.site = site

    def __enter__(self) -> str:
        site = str(self.site.resolve())

        class Handler(http.server.SimpleHTTPRequestHandler):
            def translate_path(self, path: str) -> str:
                return super().translate_path(path.removeprefix(PREFIX.rstrip("/")) if path.startswith(PREFIX) else "/no-such-file")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=site))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}{PREFIX}"

    def __exit__(self, *_):
        self.server.shutdown()


def names(page: Page, url: str) -> list[str]:
    """Returns the rooms that the front page lists."""
    page.goto(url)
    page.wait_for_selector("nav a")
    found = [a.get_attribute("href").removeprefix("#/").split("?")[0] for a in page.locator("nav a").all()]
    page.close()
    return found


class Check:
    def __init__(self):
        self.errors: list[str] = []
        self.controls = 0

    def fail(self, where: str, what: str) -> None:
        self.errors.append(what)
        print(f"  {where}: {what}", flush=True)

    def listen(self, page: Page, where: str, own: str) -> None:
        """Notes errors in the console and requests to other hosts."""
        page.on("console", lambda m: m.type == "error" and self.fail(where, f"console: {m.text[:300]}"))
        page.on("pageerror", lambda e: self.fail(where, f"script: {str(e)[:300]}"))
        page.on("request", lambda r: r.url.startswith(("http:", "https:")) and not r.url.startswith(own) and self.fail(where, f"request to {r.url[:120]}"))

    def room(self, context: BrowserContext, url: str, room: str, language: str) -> None:
        begin, page, where = time.monotonic(), context.new_page(), f"{room} {language}"
        self.listen(page, where, url.split(PREFIX)[0])
        try:
            page.goto(f"{url}#/{room}?lang={language}")
            self.use(page.main_frame, where)
            page.screenshot(path=SCREENSHOTS / f"room-{room}-{language}.png", full_page=True)
            self.hostile(page, where)
            page.set_viewport_size({"width": 360, "height": 740})
            page.wait_for_timeout(300)
            if (width := page.evaluate("document.documentElement.scrollWidth")) > 360:
                self.fail(where, f"{width} pixels wide on a screen of 360")
            page.screenshot(path=SCREENSHOTS / f"room-{room}-{language}-phone.png", full_page=True)
        except (Error, Problem) as e:
            self.fail(where, str(e).splitlines()[0])
        context.close()
        print(f"{where}: {time.monotonic() - begin:.0f} s", flush=True)

    def use(self, frame: Frame, where: str) -> None:
        """Answers the question, and moves each control once."""
        frame.wait_for_selector(".question input")
        if frame.locator(".stage").is_visible():
            self.fail(where, "the result is shown before the question is answered")
        frame.locator(".question input").last.check()
        settle(frame)
        if frame.locator(".stage .error").count():
            self.fail(where, frame.locator(".stage .error").first.inner_text())
        self.controls += 1
        seen: dict[str, int] = {}
        for i in range(frame.locator(".controls [data-control]").count()):
            control = frame.locator(".controls [data-control]").nth(i)
            if not control.count() or not control.is_enabled():
                continue
            # "photo-many.3.0" is one of the choices of "photo": three of a kind are enough.
            name, before = control.get_attribute("data-control").split("-")[0], picture(frame)
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 3:
                continue
            address = frame.evaluate("location.hash")
            move(frame, control)
            settle(frame)
            self.controls += 1
            if picture(frame) == before:
                self.fail(where, f"control {name} changes nothing")
            if frame.evaluate("location.hash") == address:  # a value that is back at its start is left out
                self.fail(where, f"control {name} does not change the address")

    def hostile(self, page: Page, where: str) -> None:
        """Gives every file control files that lie: the room must say so in one line and go on working."""
        for field in page.locator("input[type=file]").all():
            kinds = field.get_attribute("accept") or ""
            for name, content in HOSTILE.items():
                if Path(name).suffix not in kinds and not ("image" in kinds and name.endswith("jpg")):
                    continue
                field.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
                page.wait_for_selector(f".error:has-text('{name}')", timeout=WAIT)
                self.controls += 1

    def accessible(self, context: BrowserContext, url: str, rooms: list[str]) -> None:
        for scheme in ("light", "dark"):
            page = context.new_page()
            page.emulate_media(color_scheme=scheme)
            for room in rooms:
                page.goto(f"{url}#/{room}?lang=en&guess=0")
                settle(page.main_frame)
                page.add_script_tag(path=AXE)
                for v in page.evaluate("axe.run()")["violations"]:
                    if v["impact"] in ("serious", "critical"):
                        self.fail(f"{room} {scheme}", f"axe: {v['id']}: {v['nodes'][0]['html'][:150]}")
            page.close()

    def in_lab(self, browser, rooms: list[str]) -> None:
        """Runs a notebook that shows every room, and uses each in its cell."""
        root, port, token = ROOT / ".cache" / "browser-rooms", choose_port(""), secrets.token_hex(24)
        shutil.rmtree(root, ignore_errors=True)
        for language in ("en", "zh"):
            (root / "lessons" / language).mkdir(parents=True)
            first = '%noautoget\nimport "resnetlab/resnetlib/notebook"'
            cells = [nbformat.v4.new_code_cell(s) for s in (first, *(f'%%\nnotebook.Room("{r}")' for r in rooms))]
            kernel = {"kernelspec": {"name": "resnetlab", "language": "go", "display_name": "Go (resnetlab)"}}
            nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), root / "lessons" / language / "rooms.ipynb")
        with session(root / "state") as env:
            shutil.copytree(ROOT / "dist" / "rooms", root / "state" / "data" / "labextensions" / "resnetlab-rooms")
            user_settings(root / "state")
            with server(root / "lessons", port, token, env, root / "lab.log", ["--LabApp.expose_app_in_browser=True"]):
                for language in ("en", "zh"):
                    self.notebook(browser.new_page(viewport={"width": 1280, "height": 900}), port, token, Path(language) / "rooms.ipynb", len(rooms))

    def notebook(self, page: Page, port: int, token: str, path: Path, rooms: int) -> None:
        where = f"lab {path.parent}"
        try:
            open_lesson(page, port, token, path)
            run_all(page, 300)
            frames = page.locator(".jp-OutputArea-output iframe")
            frames.nth(rooms - 1).wait_for(timeout=WAIT)
            for i in range(rooms):
                frame = frames.nth(i).element_handle().content_frame()
                self.use(frame, f"{where} {i + 1}")
            page.screenshot(path=SCREENSHOTS / f"rooms-lab-{path.parent}.png")
        except (Error, Problem) as e:
            self.fail(where, str(e).splitlines()[0])
        page.close()

    def offline(self, context: BrowserContext, url: str, room: str) -> None:
        page = context.new_page()
        try:
            page.goto(f"{url}#/{room}?lang=en&guess=0")
            settle(page.main_frame)
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            page.reload()  # from now on the worker answers
            context.set_offline(True)
            page.reload()
            settle(page.main_frame)
        except Error as e:
            self.fail("offline", str(e).splitlines()[0])
        context.close()

    def lasting(self, context: BrowserContext, url: str, rooms: list[str], minutes: float) -> None:
        """Moves controls at random; the memory of the browser's processes must not grow after three tenths of the time. Before,
        it grows to what the rooms need: WebAssembly gives no memory back."""
        page, rnd = context.new_page(), random.Random(1)
        begin, early = time.monotonic(), 0
        while (spent := time.monotonic() - begin) < 60 * minutes:
            page.goto(f"{url}#/{rnd.choice(rooms)}?lang=en&guess=0")
            settle(page.main_frame)
            for _ in range(5):
                controls = page.locator(".controls [data-control]:enabled")
                if controls.count():
                    move(page.main_frame, controls.nth(rnd.randrange(controls.count())), rnd)
                    settle(page.main_frame)
            if spent > 18 * minutes and not early:
                early = memory()
        late = memory()
        print(f"{minutes:.0f} minutes: {early / 1e6:.0f} MB early, {late / 1e6:.0f} MB late", flush=True)
        if late > GROWTH * early:
            self.fail("lasting", f"memory grew from {early / 1e6:.0f} to {late / 1e6:.0f} MB")
        context.close()


def settle(frame: Frame) -> None:
    """Waits until the room has computed. A room that computes at its button alone is started."""
    run = frame.locator("button.first")
    if run.count() and run.is_visible() and run.is_enabled() and not frame.locator(".stage[aria-busy]").count():
        run.click()
    frame.wait_for_selector(".stage > *", timeout=WAIT)
    frame.wait_for_timeout(150)  # longer than the page waits before it shows that it works
    frame.wait_for_selector(".stage:not([aria-busy])", timeout=WAIT)


def picture(frame: Frame) -> str:
    return frame.locator("#room").evaluate(SHOWN)


def move(frame: Frame, control, rnd: random.Random | None = None) -> None:
    """Sets a control to another value, by the keyboard where it has one."""
    kind = control.evaluate("e => e.tagName + ' ' + (e.type ?? '')")
    if kind.startswith("SELECT"):
        count = control.locator("option").count()
        now = int(control.evaluate("e => e.selectedIndex"))
        control.select_option(index=rnd.randrange(count) if rnd else (now + 1) % count)
    elif kind.endswith("range"):
        at_end = control.input_value() == control.get_attribute("max")
        control.press(rnd.choice(("Home", "End", "ArrowLeft", "ArrowRight")) if rnd else "ArrowLeft" if at_end else "ArrowRight")
    elif kind.endswith("checkbox"):
        control.press("Space")
    else:
        control.click()


def memory() -> int:
    """Returns the bytes that Chromium's processes have for themselves."""
    total = 0
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and b"chromium" in (folder / "cmdline").read_bytes():
                total += sum(int(line.split()[1]) * 1024 for line in (folder / "smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
        except OSError:
            pass  # it has ended
    return total


def take_pictures(context: BrowserContext, url: str, rooms: list[str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page = context.new_page()
    for room in rooms:
        page.goto(f"{url}#/{room}?lang=en&guess=skip")
        settle(page.main_frame)
        page.locator(".stage").screenshot(path=folder / f"{room}.jpg", type="jpeg", quality=60)
        print(folder / f"{room}.jpg")


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit(f"rooms check: {problem}")
