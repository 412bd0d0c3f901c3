"""A headless Chromium that Python drives, by the DevTools protocol through two pipes.

    with Chromium() as browser:
        page = browser.page("http://127.0.0.1:8000/")
        page.wait("document.title === 'Quire'", 10)
        page.screenshot("page.png")
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = "chromium", "chromium-browser", "google-chrome"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--hide-scrollbars")
ANSWER_LIMIT = 60  # seconds


class BrowserError(Exception):
    """The browser does not do what it was asked for."""


class Chromium:
    """The browser; ends with the `with` block."""

    def __enter__(self):
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if not program:
            raise BrowserError("there is no chromium; Debian's package is called so")
        self._folder = tempfile.TemporaryDirectory()
        commands, self._commands = os.pipe()
        self._messages, messages = os.pipe()
        for old, new in ((commands, 3), (messages, 4)):
            assert old != new
        arguments = [program, *FLAGS, f"--user-data-dir={self._folder.name}", "about:blank"]
        with open(os.path.join(self._folder.name, "log"), "wb") as log:
            # The browser reads from descriptor 3 and writes to 4.
            self._process = subprocess.Popen(
                ["sh", "-c", f'exec "$@" 3<&{commands} 4>&{messages}', "sh", *arguments],
                pass_fds=(commands, messages), stdout=log, stderr=log, start_new_session=True)
        os.close(commands)
        os.close(messages)
        self._rest, self._number, self.events = b"", 0, []
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._commands)
        os.close(self._messages)
        shutil.rmtree(self._folder.name, ignore_errors=True)
        self._folder._finalizer.detach()

    def call(self, method, session=None, **parameters):
        """The result of a method."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + ANSWER_LIMIT
        while True:
            found = self._read(end - time.monotonic())
            if found is None:
                raise BrowserError(f"no answer to {method}")
            if found.get("id") == self._number:
                if "error" in found:
                    raise BrowserError(f"{method}: {found['error']['message']}")
                return found["result"]
            self.events.append(found)

    def _read(self, seconds):
        """The next message; None after so many seconds."""
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._messages], [], [], max(seconds, 0))
            if not ready:
                return None
            piece = os.read(self._messages, 1 << 20)
            if not piece:
                raise BrowserError("the browser has ended")
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def page(self, address, width=1280, height=900, **emulated):
        """A new page; `emulated`: prefers-color-scheme and others, with _ for -."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Page(self, session, address, width, height, emulated)


class Page:
    """One page."""

    def __init__(self, browser, session, address, width, height, emulated):
        self._browser, self._session = browser, session
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        features = [{"name": name.replace("_", "-"), "value": value} for name, value in emulated.items()]
        self.call("Emulation.setEmulatedMedia", features=features)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=False, flatten=True)
        self.started = time.monotonic()
        self.call("Page.navigate", url=address)

    def call(self, method, **parameters):
        return self._browser.call(method, self._session, **parameters)

    def value(self, expression):
        """What an expression of JavaScript is; it may be a promise."""
        found = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise BrowserError(f"{expression}: {found['exceptionDetails']['exception'].get('description')}")
        return found["result"].get("value")

    def wait(self, expression, seconds=30):
        """Wait until an expression is true."""
        end = time.monotonic() + seconds
        while not (found := self.value(expression)):
            if time.monotonic() > end:
                raise BrowserError(f"not within {seconds} s: {expression}")
            time.sleep(0.05)
        return found

    def type(self, text):
        """Type into what has the focus."""
        for line in text.splitlines(keepends=True):
            self.call("Input.insertText", text=line.rstrip("\n"))
            if line.endswith("\n"):
                for kind in ("keyDown", "keyUp"):
                    self.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")

    def screenshot(self, path, whole=False):
        found = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(found["data"]))

    def complaints(self):
        """What the consoles complained about since the last call, and each request that did not go to this page's own
        server."""
        origin = self.value("location.origin")
        events, self._browser.events = self._browser.events, []
        for event in events:
            method, values = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                yield values["exceptionDetails"]["exception"].get("description", "an exception")
            elif method == "Log.entryAdded" and values["entry"]["level"] in ("error", "warning"):
                yield values["entry"]["text"] + " " + values["entry"].get("url", "")
            elif method == "Runtime.consoleAPICalled" and values["type"] in ("error", "warning", "assert"):
                yield str([each.get("value") for each in values["args"]])
            elif method == "Network.requestWillBeSent":
                address = values["request"]["url"]
                if not address.startswith((origin + "/", f"blob:{origin}/", "data:")):
                    yield f"a request to {address}"
