"""Keeps everything that Jupyter writes below the checkout, not in the home folder."""

import contextlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".cache" / "jupyter"

# Folder of the cells' binaries. GoNB removes its own, but not if it is killed. The name has the id of the process that owns the folder.
PREFIX = "resnetlab-session-"


def environment(state: Path, temporary: Path) -> dict[str, str]:
    """Returns this process's environment with all of Jupyter's folders below state, and temporary as the folder in which cells are built."""
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    folders = {name: str(state / folder) for name, folder in names.items()}
    # NO_COLOR: a cell's output is shown in a browser, not in a terminal.
    return {**os.environ, **folders, "TMPDIR": str(temporary), "NO_COLOR": "1"}


@contextlib.contextmanager
def session(state: Path = STATE):
    """Yields the environment of one Jupyter session and removes its temporary folder afterwards."""
    remove_stale()
    temporary = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    state.mkdir(parents=True, exist_ok=True)
    write_defaults(state)
    try:
        yield environment(state, temporary)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def remove_stale() -> None:
    """Removes the folders of sessions that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        owner = re.match(PREFIX + r"(\d+)-", folder.name)
        if owner and not alive(int(owner[1])):
            shutil.rmtree(folder, ignore_errors=True)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # another user's process
    return True


def write_defaults(state: Path) -> None:
    """Disables the question about news and the check for updates, since the versions are pinned. Keeps settings that a learner has changed."""
    path = state / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
