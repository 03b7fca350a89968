"""Interrupts a lesson, restarts its kernel and runs it a second time, in the page that browser_check.py has opened."""

import re

from playwright.sync_api import Page

STOP = '[data-command="notebook:interrupt-kernel"], [data-jp-item-name="interrupt"] *'
RESTART = '[data-jp-item-name="restart"] *'

# A cell that runs long enough to be interrupted: it shows a progress bar.
LONG = """() => jupyterapp.shell.currentWidget.content.widgets.findIndex(w => w.model.type === 'code' && w.model.sharedModel.getSource().includes('notebook.NewBar'))"""
# The command is started and not awaited: its promise resolves only when the cell ends.
RUN_ONE = """i => { jupyterapp.shell.currentWidget.content.activeCellIndex = i; jupyterapp.commands.execute('notebook:run-cell'); }"""
PROMPT = """i => jupyterapp.shell.currentWidget.content.widgets[i].node.querySelector('.jp-InputPrompt').textContent.trim()"""
OUTPUTS = """i => jupyterapp.shell.currentWidget.content.widgets[i].model.outputs.length"""
SAID = """() => jupyterapp.shell.currentWidget.content.model.toJSON().cells.filter(c => c.cell_type === 'code').map(c => ({id: c.id,
  text: c.outputs.map(o => [o.text ?? o.data?.['text/html'] ?? o.data?.['text/plain'] ?? ''].flat().join('')).join('\\n'),
  pictures: c.outputs.map(o => o.data?.['image/png'] ?? '').join('\\n')}))"""

# "4m07s", "1.5 minutes", "31.4 pictures/s", "8 分": what differs from run to run.
TIME = re.compile(r"\b([\d.:]+(ms|s|m|h))+\b|[\d.:]+ ?(min|minutes?|seconds?|pictures/s|秒|分钟?|张/秒)")
WIDTH = re.compile(r"width: ?[\d.]+%|slider_[0-9a-f]+")  # also the random names of sliders


def interrupt(page: Page, wait) -> list[str]:
    """Starts the first cell that shows a progress bar and interrupts it with the button."""
    cell = page.evaluate(LONG)
    if cell < 0:
        return ["no cell that shows a bar"]
    before = page.evaluate(PROMPT, cell)
    page.evaluate(RUN_ONE, cell)
    wait(page, "the long cell runs", lambda: page.evaluate(PROMPT, cell) == "[*]:", 60)
    wait(page, "the bar is there", lambda: page.evaluate(OUTPUTS, cell) > 0, 120)  # GoNB loses an interrupt while it compiles the cell
    page.wait_for_timeout(1000)
    page.locator(STOP).first.click()
    wait(page, "the stopped cell has ended", lambda: page.evaluate(PROMPT, cell).strip("[]: ").isdigit(), 60)
    return [] if page.evaluate(PROMPT, cell) != before else ["the long cell did not run"]


def restart(page: Page, wait) -> None:
    page.locator(RESTART).first.click()
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    wait(page, "the kernel has restarted", lambda: not page.locator(".jp-Dialog").count(), 60)
    page.wait_for_timeout(2000)


def said(page: Page) -> dict[str, tuple[str, str]]:
    """Returns text (without times) and pictures by cell. Progress bars are left out: how often they are drawn depends on the time."""
    return {c["id"]: (WIDTH.sub("", TIME.sub("", c["text"])), c["pictures"]) for c in page.evaluate(SAID)}


def differences(first: dict, second: dict) -> list[str]:
    problems = []
    for cell, (text, pictures) in first.items():
        if second[cell][1] != pictures:
            problems.append(f"cell {cell}: another picture the second time")
        if second[cell][0] != text:
            at = next((i for i, (a, b) in enumerate(zip(text, second[cell][0])) if a != b), min(len(text), len(second[cell][0])))
            problems.append(f"cell {cell}: first {text[max(0, at - 40) : at + 40]!r}, then {second[cell][0][max(0, at - 40) : at + 40]!r}")
    return problems
