"""The viewer in a real browser (tests by mouse and keyboard alone): its server, and what tests do.

CHERUB_BINARY names the program; without it the page runs against fake_server.py.
CHERUB_SCREENSHOT_DIR, when set, receives pictures of every stage.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from webdriver import Browser, wait_for  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
BINARY = os.environ.get("CHERUB_BINARY", "")
SHOTS = os.environ.get("CHERUB_SCREENSHOT_DIR", "")
GOAL = "reach the target safely"
PATIENCE = 60.0


class Served:
    """The server under test on a free port, with a folder of its own."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="cherub-page-runs-")
        self.start("0")

    def start(self, port):
        command = (
            [BINARY, "serve", "--port", port, "--runs-dir", self.folder.name]
            if BINARY
            else ["/usr/bin/python3", str(HERE / "fake_server.py"), "--pace", "0.2", "--port", port]
        )
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.output, self.url = [], None
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        wait_for(
            lambda: self.url or self.process.poll() is not None, "the server says where it listens"
        )
        if not self.url:
            raise AssertionError("the server ended at once:\n" + "".join(self.output))

    def _read(self):
        for line in self.process.stdout:
            self.output.append(line)
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found and not self.url:
                self.url = found[0]

    def crash_and_restart(self, between):
        port = self.url.rsplit(":", 1)[1]
        self.end(signal.SIGKILL)
        between()
        self.start(port)

    def close(self):
        self.end(signal.SIGTERM)
        self.folder.cleanup()

    def end(self, how):
        self.process.send_signal(how)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join(5)
        self.process.stdout.close()


class PageCase(unittest.TestCase):
    def setUp(self):
        self.server = Served()
        self.addCleanup(self.server.close)
        self.browser = Browser()
        self.addCleanup(self.browser.close)
        self.logged = []
        self.browser.go(self.server.url)
        self.wait(lambda: self.browser.find_all(".example"), "example goals are offered")

    def wait(self, condition, what, seconds=PATIENCE):
        try:
            return wait_for(condition, what, seconds)
        except AssertionError as error:
            log = self.browser.find("#log").text
            raise AssertionError(
                f"{error}\nlog of the page:\n{log}\nconsole: {self.console()}"
            ) from None

    def text(self, css):
        return self.browser.find(css).text

    def shot(self, name):
        if SHOTS:
            pathlib.Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.browser.screenshot(pathlib.Path(SHOTS) / f"{name}.png")

    def console(self):
        self.logged += self.browser.console()
        return self.logged

    def assert_quiet_console(self, expected=r"$^"):
        """No errors but answers that the test has provoked, by URL."""
        bad = [
            entry["message"]
            for entry in self.console()
            if entry["level"] == "SEVERE" and not re.search(expected, entry["message"])
        ]
        self.assertEqual(bad, [])

    def start_run(self, goal=GOAL, iterations="1", episodes="4"):
        browser = self.browser
        browser.find("#user_goal").clear()
        browser.find("#user_goal").type(goal)
        for name, value in (("iterations", iterations), ("episodes", episodes)):
            browser.find(f"#{name}").clear()
            browser.find(f"#{name}").type(value)
        browser.find("#start-run").click()
        self.wait(lambda: "#run=" in browser.url, "the run's id is in the address")

    def wait_until_live(self):
        self.wait(
            lambda: "Living" in self.text("#phase"), "the best policy lives in the world", 150
        )
        self.wait(lambda: self.source() != "", "the policy is shown")

    def source(self):
        return self.browser.find("#source").value_of("value")

    def pixels(self):
        return self.browser.script("return document.getElementById('world').toDataURL()")

    def tick(self):
        found = re.search(r"tick ([\d,]+)", self.text("#world-reading"))
        return int(found[1].replace(",", "")) if found else -1

    def replace_source(self, text):
        """As a person would: everything selected, typed over. Pasted text is not indented again."""
        self.browser.find("#source").click()
        self.browser.press("control", "a")
        self.browser.press("delete")
        self.browser.find("#source").type(text)

    def marked_lines(self):
        return [
            int(row.text.strip().split()[-1])
            for row in self.browser.find_all("#gutter [data-mark]")
        ]

    def verdict(self):
        return self.browser.find("#verdict").attribute("data-tone"), self.text("#verdict")

    def wait_for_verdict(self, tone):
        self.wait(lambda: self.verdict()[0] == tone, f"the verdict is {tone}")
        return self.verdict()[1]


def main():
    """Runs the tests of the file that is the program; 77: there is no browser."""
    missing = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    if missing:
        print(f"skipped: {' and '.join(missing)} not installed")
        sys.exit(77)
    unittest.main()
