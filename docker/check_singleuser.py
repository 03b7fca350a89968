"""Starts jupyterhub-singleuser as JupyterHub does, with a minimal hub, and sends it the requests of a learner's browser.

It checks that the server answers under the user's address, refuses other users, has resnetlab's kernel as its default, and runs a cell.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jupyterhub

USER, TOKEN, LEARNER = "ada", "server-token", "learner-token"
PREFIX = f"/user/{USER}/"


class Hub(BaseHTTPRequestHandler):
    """Answers what a single-user server asks its hub: the version, and whose token a request carries."""

    def do_GET(self):  # noqa: N802
        if self.path.startswith("/hub/api/user") and LEARNER in self.headers.get("Authorization", ""):
            me = {"name": USER, "kind": "user", "admin": False, "groups": [], "scopes": ["access:servers!server=ada/"], "server": PREFIX}
            return self.answer(200, me)
        if self.path.rstrip("/") == "/hub/api":
            return self.answer(200, {"version": jupyterhub.__version__})
        return self.answer(403, {"status": 403, "message": "who is this?"})

    def do_POST(self):  # noqa: N802
        self.answer(200, {})  # the server reports activity

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-JupyterHub-Version", jupyterhub.__version__)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def ask(url, token=""):
    request = urllib.request.Request(url, headers={"Authorization": f"token {token}"} if token else {})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(hub: int, port: int, folder: str):
    address = f"http://127.0.0.1:{hub}/hub/"
    environment = {
        **os.environ,
        "JUPYTERHUB_API_TOKEN": TOKEN, "JUPYTERHUB_CLIENT_ID": f"jupyterhub-user-{USER}", "JUPYTERHUB_USER": USER, "JUPYTERHUB_SERVER_NAME": "",
        "JUPYTERHUB_HOST": "", "JUPYTERHUB_API_URL": address + "api", "JUPYTERHUB_ACTIVITY_URL": f"{address}api/users/{USER}/activity",
        "JUPYTERHUB_BASE_URL": "/", "JUPYTERHUB_SERVICE_PREFIX": PREFIX, "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}{PREFIX}",
        "JUPYTERHUB_OAUTH_CALLBACK_URL": f"{PREFIX}oauth_callback", "JUPYTERHUB_OAUTH_SCOPES": json.dumps(["access:servers!server=ada/"]),
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": json.dumps(["access:servers!server=ada/"]),
    }  # fmt: skip
    root = ["--allow-root"] if os.getuid() == 0 else []  # for the user who runs this check; the image's user is not root
    return subprocess.Popen(["jupyterhub-singleuser", *root], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait(server, url):
    for _ in range(120):
        try:
            return ask(url)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if server.poll() is not None:
                break
            time.sleep(0.5)
    server.terminate()
    raise SystemExit("the server did not come up:\n" + server.communicate()[0])


def main():
    hub = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    port = free_port()
    base = f"http://127.0.0.1:{port}{PREFIX}"
    with tempfile.TemporaryDirectory() as folder:
        server = start(hub.server_port, port, folder)
        try:
            print("jupyter_server", wait(server, base + "api")["version"], "answers under", PREFIX)
            try:
                ask(base + "api/kernelspecs")
                raise SystemExit("it answers a stranger")
            except urllib.error.HTTPError as refused:
                print("a stranger gets", refused.code)
            kernels = ask(base + "api/kernelspecs", LEARNER)
            if kernels["default"] != "resnetlab" or "resnetlab" not in kernels["kernelspecs"]:
                raise SystemExit(f"kernels: {list(kernels['kernelspecs'])}, default {kernels['default']}")
            print("default kernel", kernels["default"])
            run_cell(folder)
        finally:
            server.terminate()
            server.communicate(timeout=30)
            hub.shutdown()


def run_cell(folder: str):
    """Runs one cell as the server would: with the installed kernel, in the learner's folder."""
    import nbclient
    import nbformat

    cell = nbformat.v4.new_code_cell('import "resnetlab/resnetlib/models"\n%%\nfmt.Println(len(models.Variants))')
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": {"name": "resnetlab", "display_name": ""}})
    began = time.time()
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": Path(folder)}}).execute()
    said = "".join(o.get("text", "") for o in cell.outputs).strip()
    if said != "10":
        raise SystemExit(f"the cell gave {cell.outputs}")
    print(f"a cell gave {said} after {time.time() - began:.1f} s, the kernel's start included")


if __name__ == "__main__":
    sys.exit(main())
