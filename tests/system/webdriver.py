"""A small W3C WebDriver client for Chromium: standard library only."""

import base64
import http.client
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
SWITCHES = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--disable-dev-shm-usage --hide-scrollbars"
).split()
KEYS = {
    "enter": "\ue007",
    "tab": "\ue004",
    "control": "\ue009",
    "escape": "\ue00c",
    "end": "\ue010",
    "home": "\ue011",
    "left": "\ue012",
    "up": "\ue013",
    "right": "\ue014",
    "down": "\ue015",
    "delete": "\ue017",
    "backspace": "\ue003",
    "shift": "\ue008",
    "null": "\ue000",
}


class WebDriverError(Exception):
    pass


def wait_for(condition, what, seconds=20.0):
    """Polls until the condition gives something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Element:
    def __init__(self, browser, reference):
        self.browser, self.reference = browser, reference

    def _ask(self, method, path, body=None):
        return self.browser.ask(method, f"/element/{self.reference}{path}", body)

    def click(self):
        self._ask("POST", "/click", {})

    def type(self, text):
        self._ask("POST", "/value", {"text": text})

    def clear(self):
        self._ask("POST", "/clear", {})

    @property
    def text(self):
        return self._ask("GET", "/text")

    @property
    def enabled(self):
        return self._ask("GET", "/enabled")

    @property
    def shown(self):
        return self._ask("GET", "/displayed")

    def attribute(self, name):
        return self._ask("GET", f"/attribute/{name}")

    def value_of(self, name):
        return self._ask("GET", f"/property/{name}")

    @property
    def rect(self):
        return self._ask("GET", "/rect")


class Browser:
    """One headless Chromium of its own. A context manager: it ends both programs it has started."""

    def __init__(self, width=1440, height=900, dark=False, scale=1, switches=()):
        self.profile = tempfile.mkdtemp(prefix="cherub-page-")
        port = free_port()
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.port, self.session = port, None
        try:
            wait_for(self._ready, "chromedriver answers")
            switches = [
                *SWITCHES,
                f"--user-data-dir={self.profile}",
                f"--window-size={width},{height}",
                f"--force-device-scale-factor={scale}",
                *switches,
            ]
            self.session = self._request(
                "POST",
                "/session",
                {
                    "capabilities": {
                        "alwaysMatch": {
                            "browserName": "chrome",
                            "goog:chromeOptions": {
                                "args": switches,
                                "binary": shutil.which("chromium") or "chromium",
                            },
                            "goog:loggingPrefs": {"browser": "ALL"},
                        }
                    }
                },
            )["sessionId"]
            # Exactly this many CSS pixels, below the least width of a window too.
            self.cdp(
                "Emulation.setDeviceMetricsOverride",
                width=width,
                height=height,
                deviceScaleFactor=scale,
                mobile=False,
            )
            self.set_dark(dark)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _ready(self):
        try:
            return self._request("GET", "/status")["ready"]
        except OSError:
            return False

    def _request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise WebDriverError(f"{method} {path}: {value['error']}: {value['message']}")
        return value

    def ask(self, method, path, body=None):
        return self._request(method, f"/session/{self.session}{path}", body)

    def cdp(self, command, **parameters):
        return self.ask("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def set_dark(self, dark):
        self.cdp(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}],
        )

    def resize(self, width, height, scale=1):
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )

    def go(self, url):
        self.ask("POST", "/url", {"url": url})

    @property
    def url(self):
        return self.ask("GET", "/url")

    def reload(self):
        self.ask("POST", "/refresh", {})

    def find(self, css):
        return Element(
            self, self.ask("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]
        )

    def find_all(self, css):
        found = self.ask("POST", "/elements", {"using": "css selector", "value": css})
        return [Element(self, reference[ELEMENT]) for reference in found]

    def press(self, *keys):
        """Holds all but the last of the named keys (or letters) down while the last is pressed."""
        named = [KEYS.get(key, key) for key in keys]
        actions = [{"type": "keyDown", "value": key} for key in named]
        actions += [{"type": "keyUp", "value": key} for key in reversed(named)]
        self.ask(
            "POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}
        )

    def script(self, source, *arguments):
        return self.ask("POST", "/execute/sync", {"script": source, "args": list(arguments)})

    def screenshot(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.ask("GET", "/screenshot")))

    def console(self):
        """What the page has logged since the last call: [{level, source, message}]."""
        return self.ask("POST", "/se/log", {"type": "browser"})

    def close(self):
        if self.session:
            try:
                self._request("DELETE", f"/session/{self.session}")
            except (OSError, WebDriverError):
                pass
            self.session = None
        self.driver.terminate()
        try:
            self.driver.wait(10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        shutil.rmtree(self.profile, ignore_errors=True)
