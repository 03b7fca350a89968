"""Where Jupyter keeps what it writes: below the checkout, never in the home folder."""

import contextlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".cache" / "jupyter"

# Folder of the cells' binaries. GoNB removes its own, but not when it is killed: the name tells who must still be alive.
PREFIX = "resnetlab-session-"


def environment(state: Path, temporary: Path) -> dict[str, str]:
    """This process's environment, with every folder of Jupyter's below state and cells built in temporary."""
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    folders = {name: str(state / folder) for name, folder in names.items()}
    # NO_COLOR: a cell's output is read in a browser, not in a terminal.
    return {**os.environ, **folders, "TMPDIR": str(temporary), "NO_COLOR": "1"}


@contextlib.contextmanager
def session(state: Path = STATE):
    """Gives the environment of one session of Jupyter; its temporary folder goes with it."""
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
        pass  # somebody else's
    return True


def write_defaults(state: Path) -> None:
    """No question about news and no look for updates: the versions are pinned here. A learner's own choice stays."""
    path = state / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
