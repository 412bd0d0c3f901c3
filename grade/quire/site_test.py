"""Use the page in a headless Chromium, as a student would, and keep pictures of it. For people: CI has no browser."""
import argparse
import base64
import functools
import http.server
import json
import os
import sys
import threading
import time

from quire import build
from quire.chromium import BrowserError, Chromium

PROMPT_LIMIT = 3  # seconds until the prompt
SHARE_LIMIT = 0.05  # of a core, for five pictures a second
MEASURED = 6  # seconds
FOLDER = "quire/machine"  # a sub-path: the page may lie in any folder of a server

TEXT = "document.getElementById('terminal')?.innerText.replaceAll('\\u00a0', ' ')"
STATUS = "document.getElementById('status').textContent"


def at_prompt(page, times=1):
    """Wait until so many prompts are shown."""
    page.wait(f"({TEXT} ?? '').split('\\n').filter((line) => line.startsWith('$')).length >= {times}", 60)


def click(page, name):
    page.value(f"document.getElementById({json.dumps(name)}).click()")


def command(page, text):
    page.value("document.querySelector('.xterm-helper-textarea').focus()")
    page.type(text + "\n")


def shows(page, text, where=TEXT, seconds=60):
    """Wait until the text is there. A complaint says what was there instead."""
    try:
        page.wait(f"({where} ?? '').includes({json.dumps(text)})", seconds)
    except BrowserError:
        raise BrowserError(f"not within {seconds} s: {text!r}, but: {page.value(where)}") from None


def drop(page, path, name):
    """Drop a file of this machine on the terminal."""
    with open(path, "rb") as file:
        content = base64.b64encode(file.read()).decode()
    page.value(f"""{{
        const bytes = Uint8Array.from(atob({json.dumps(content)}), (c) => c.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], {json.dumps(name)}));
        document.getElementById('console').dispatchEvent(new DragEvent('drop', {{ dataTransfer: data }}));
    }}""")


class Server:
    """Serves the folder below a sub-path, on this machine only."""

    def __init__(self, site):
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def translate_path(self, path):
                if not path.startswith(f"/{FOLDER}/"):
                    return os.path.join(site, "none")
                return super().translate_path(path[len(FOLDER) + 1 :])

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/{FOLDER}/"


def first_use(page, out):
    """The prompt, an own program, a fork, the log, an address, a page."""
    at_prompt(page)
    boot = time.monotonic() - page.started
    drop(page, build.path("user", "seq"), "count")
    shows(page, "/tmp/count is there", STATUS)
    command(page, "/tmp/count 7 9")
    shows(page, "7\n8\n9\n")
    command(page, "steps fork")
    shows(page, "They belong to this process alone.")
    command(page, "")
    shows(page, "fork: two processes")
    page.wait("[...document.querySelectorAll('#legend li')].some((each) => "
              "/of several processes: (\\d+)/.exec(each.textContent)?.[1] >= 32)")
    page.wait("[...document.querySelectorAll('#directory option')].filter((each) => each.text.startsWith('steps')).length === 2")
    page.screenshot(os.path.join(out, "light.png"))
    command(page, "\n\n\n")
    shows(page, "copies are free")
    click(page, "tab-log")
    shows(page, "Quire: a teaching kernel", "document.getElementById('log-text').textContent")
    click(page, "tab-terminal")
    page.value("document.getElementById('lookup-text').value = '0x08048000'; document.getElementById('lookup').requestSubmit()")
    shows(page, "lies in 0x8048000-", "document.getElementById('details').textContent")
    page.value("document.querySelector('#details button').click()")
    shows(page, "of the file sh", "document.getElementById('details').textContent")
    page.screenshot(os.path.join(out, "whole.png"), whole=True)
    return boot


def story(page, out):
    """What two short programs did, step by step, and back to the present."""
    note = "document.getElementById('event-note').textContent"
    command(page, "ls | wc")
    shows(page, "learns that wc (", "document.getElementById('events').textContent")
    click(page, "event-back")
    shows(page, "The pictures below show memory after event", note)
    page.value("[...document.querySelectorAll('#events button')].find((each) => each.textContent.includes(' executes wc')).click()")
    page.wait("document.getElementById('directory').selectedOptions[0].text.startsWith('wc (')")
    shows(page, "wc (", "document.getElementById('legend').textContent")
    page.screenshot(os.path.join(out, "story.png"))
    click(page, "event-now")
    shows(page, "events in memory since your last Enter", note)
    page.wait("[...document.querySelectorAll('#directory option')].every((each) => !each.text.startsWith('wc ('))")


def save_and_restore(page):
    """What was in memory is there again; what came after the state is not."""
    command(page, "echo one > /tmp/a; echo before $(cat /tmp/a)")
    shows(page, "\nbefore one\n")
    click(page, "save")
    shows(page, "The machine is saved", STATUS)
    command(page, "echo two > /tmp/a")
    click(page, "restore")
    shows(page, "The saved machine goes on.", STATUS)
    command(page, "\necho after $(cat /tmp/a)")
    shows(page, "\nafter one\n")


def crash(page):
    """A program that ends the emulator: the page says so, and a restart brings the prompt."""
    drop(page, build.path("user", "tests", "evil_frame_forged"), "evil")
    shows(page, "/tmp/evil is there", STATUS)
    command(page, "/tmp/evil")
    page.wait("!document.getElementById('alert').hidden", 60)
    shows(page, "The emulator itself has failed", "document.getElementById('alert-text').textContent")
    click(page, "alert-restart")
    page.wait("document.getElementById('alert').hidden")
    shows(page, "The machine runs.", STATUS)
    at_prompt(page)


def own_kernel(page):
    """The debug kernel in the place of a student's."""
    drop(page, build.debug_kernel(), "quire.elf")
    shows(page, "The machine runs with your kernel", STATUS)
    at_prompt(page)
    page.wait("[...document.querySelectorAll('#directory option')].some((each) => each.text.startsWith('sh ('))")


def tour(page, out):
    """All steps of all scenes, with the picture of one."""
    click(page, "tour-open")
    for scene, steps in enumerate((3, 4, 4, 3, 2, 2, 2), 1):
        shows(page, f"{scene}. ", "document.getElementById('tour-title').textContent")
        for step in range(steps):
            page.wait("!document.getElementById('tour-next').disabled")
            page.wait(f"{TEXT}.trimEnd().endsWith('[Enter]')", 90)
            if (scene, step) == (3, 1):
                shows(page, "shared by 2 directories", "document.getElementById('tables').textContent")
                page.screenshot(os.path.join(out, "tour.png"))
            page.value("document.getElementById('tour-text').dataset.step = 'old'")
            click(page, "tour-next")
    page.wait("document.getElementById('tour').hidden")


def share(browser, page):
    """How much of a core the picture costs, live beside a machine that does nothing."""

    def used():
        return sum(each["cpuTime"] for each in browser.call("SystemInfo.getProcessInfo")["processInfo"])

    found = []
    for live in (True, False):
        if page.value("document.getElementById('watch').checked") != live:
            click(page, "watch")
        time.sleep(1)
        before = used()
        time.sleep(MEASURED)
        found.append((used() - before) / MEASURED)
    click(page, "watch")
    return found[0] - found[1]


def complaints(page):
    """What there was to complain about since the last time."""
    return sorted(set(page.complaints()))


def run(site, out):
    """All of it. Returns complaints."""
    server, wrong = Server(site), []
    with Chromium() as browser:
        page = browser.page(server.address, prefers_color_scheme="light")
        boot = first_use(page, out)
        cost = share(browser, page)
        story(page, out)
        save_and_restore(page)
        tour(page, out)
        wrong += complaints(page)
        crash(page)
        # v86 itself says why it ended.
        wrong += [text for text in complaints(page) if not text.startswith("panicked at ")]
        if build.debug_kernel():
            own_kernel(page)
        page = browser.page(server.address, prefers_color_scheme="dark")
        at_prompt(page)
        command(page, "steps table")
        shows(page, "[Enter]")
        time.sleep(0.5)  # a picture or two
        page.screenshot(os.path.join(out, "dark.png"))
        phone = browser.page(server.address + "?run=ls%20%7C%20wc", 390, 844, prefers_color_scheme="light")
        at_prompt(phone, 2)
        phone.screenshot(os.path.join(out, "phone.png"))
        phone.screenshot(os.path.join(out, "phone-whole.png"), whole=True)
        if phone.value("document.documentElement.scrollWidth > innerWidth"):
            wrong.append("the page is wider than a phone")
        wrong += complaints(page)
    print(f"the prompt after {boot:.1f} s; five pictures a second cost {100 * cost:.1f} % of a core; pictures in {out}")
    if boot > PROMPT_LIMIT:
        wrong.append(f"the prompt came after {boot:.1f} s; {PROMPT_LIMIT} s are allowed")
    if cost > SHARE_LIMIT:
        wrong.append(f"the picture costs {100 * cost:.1f} % of a core; {100 * SHARE_LIMIT:.0f} % are allowed")
    return wrong


def main():
    parser = argparse.ArgumentParser(prog="grade/site/test", description=__doc__)
    parser.add_argument("--site", required=True, metavar="DIR", help="the folder that `make site` has made")
    parser.add_argument("--out", required=True, metavar="DIR", help="where the pictures go")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    try:
        wrong = run(os.path.abspath(options.site), options.out)
    except BrowserError as error:
        wrong = [str(error)]
    sys.exit("\n".join(wrong) or 0)
