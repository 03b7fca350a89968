"""Starts JupyterLab on the learner's folder, prints its address and the next step, and stops it at Ctrl-C.

usage: lab.py FOLDER
environment: PORT (default: the first free one from 8888), BROWSER (none: do not open one), JUPYTER_TOKEN (default: a new one)
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from pathlib import Path

from session import ROOT, STATE, session

START_TIMEOUT = 60  # seconds


class Problem(Exception):
    """An error whose message says what to do."""


def is_free(port: int) -> bool:
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose_port(wanted: str) -> int:
    if not wanted:
        return next((p for p in range(8888, 8988) if is_free(p)), 0) or fail("ports 8888 to 8987 are all in use: choose one, PORT=12345 make lab")
    if not wanted.isdigit() or not 0 < int(wanted) < 65536:
        fail(f"PORT={wanted} is no port number (1 to 65535)")
    if not is_free(int(wanted)):
        fail(f"port {wanted} is in use (another lab?), or not allowed: choose another, PORT={int(wanted) + 1} make lab")
    return int(wanted)


def fail(message: str):
    raise Problem(message)


@contextlib.contextmanager
def server(folder: Path, port: int, token: str, env: dict[str, str], log: Path, options: list[str] = ()):
    """Runs jupyter lab until the block ends. It answers requests when the block begins. Yields the process."""
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}", "--MultiKernelManager.default_kernel_name=resnetlab",
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", *options,
    ]  # fmt: skip
    if os.geteuid() == 0:
        command.append("--allow-root")
    with log.open("w") as out:
        # A session of its own: Ctrl-C reaches only this script, which stops the server without the server's question.
        process = subprocess.Popen(command, env={**env, "JUPYTER_TOKEN": token}, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_until_up(process, f"http://127.0.0.1:{port}/api/status?token={token}", log)
        yield process
    finally:
        process.terminate()  # SIGTERM: the server ends its kernels too
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_up(process: subprocess.Popen, url: str, log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # requests to 127.0.0.1 must not go through a proxy
    end = time.monotonic() + START_TIMEOUT
    while time.monotonic() < end:
        if process.poll() is not None:
            fail(f"JupyterLab ended with status {process.returncode}; {log} says:\n" + "\n".join(log.read_text().splitlines()[-15:]))
        with contextlib.suppress(OSError):
            opener.open(url, timeout=2).close()
            return
        time.sleep(0.1)
    fail(f"JupyterLab did not answer in {START_TIMEOUT} s: see {log}")


@contextlib.contextmanager
def rooms(env: dict[str, str]):
    """Builds the rooms in the background, at low priority, where the server finds them. Without them a lesson shows pictures of them."""
    place, log = STATE / "data" / "labextensions" / "resnetlab-rooms", STATE / "rooms.log"
    if not shutil.which("go"):
        yield
        return
    with log.open("w") as out:
        command = ["go", "run", "./internal/tools/roomsite", "-out", str(place)]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=lambda: os.nice(10))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def language() -> str:
    """Returns en or zh, by the locale of the system."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.startswith("zh") else "en"


def open_browser(url: str) -> None:
    wanted = os.environ.get("BROWSER", "")
    if wanted == "none":
        return
    # Without a screen, webbrowser would start a text browser in this terminal.
    if wanted or sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("WSL_DISTRO_NAME"):
        webbrowser.open(url)


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    port = choose_port(os.environ.get("PORT", ""))
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    log = STATE / f"lab-{port}.log"
    for stop in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, lambda *_: sys.exit(0))
    with session() as env, server(folder, port, token, env, log) as process, rooms(env):
        first = min((folder / language()).glob("*.ipynb"), default=None)
        path = f"/lab/tree/{first.relative_to(folder).as_posix()}" if first else "/lab"
        url = f"http://127.0.0.1:{port}{path}?token={token}"
        print(f"\nJupyterLab is running: {url}\n")
        print(f"  next   open this address, click the first cell, and go on with Shift+Enter")
        print(f"  files  {folder}/en and /zh are your own copies of the lessons: what you change stays yours")
        print(f"  rooms  http://127.0.0.1:{port}/lab/extensions/resnetlab-rooms/index.html: move something, and see what the library computes (built in a minute)")
        print(f"  stop   Ctrl-C here; log: {log}", flush=True)
        open_browser(url)
        status = process.wait()
    if status:
        fail(f"JupyterLab ended with status {status}: see {log}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("\nJupyterLab is stopped; make lab starts it again.")
    except Problem as problem:
        sys.exit(f"lab: {problem}")
