#!/usr/bin/python3
"""The viewer in a real browser, by mouse and keyboard alone: from a goal to a policy that a person
changes."""

import json
import re
import struct
import unittest

from page_case import BINARY, GOAL, PageCase, main
from page_sources import ENDLESS, HOSTILE, NONSENSE


class PageTest(PageCase):
    def test_a_person_brings_a_goal_to_life_and_changes_its_policy(self):
        browser = self.browser
        self.shot("1-empty")
        blank = self.pixels()
        self.start_run()
        self.assertEqual(self.text("#goal-line"), GOAL)
        self.wait(
            lambda: re.match(r"\d+ of 4", self.text("#tile-episodes")), "episodes are counted"
        )
        self.wait(lambda: "points" in self.text("#tile-best"), "a best score is shown")
        self.wait(lambda: self.pixels() != blank, "the world is drawn")
        self.shot("2-search")

        self.wait_until_live()
        self.assertGreater(len(browser.find_all("#chart .dot")), 0)
        drawn, tick = self.pixels(), self.tick()
        self.wait(lambda: self.pixels() != drawn and self.tick() > tick, "the world moves")
        self.assertIn("return", self.source())
        self.shot("3-live")

        # A syntax error is refused at its line, and the old version goes on.
        browser.find("#source").click()
        browser.press("control", "home")
        browser.press("down")
        browser.press("down")
        browser.press("home")
        browser.find("#source").type("local broken = = 1\n")
        self.assertIn("edited", self.text("#code-reading"))
        browser.find("#reload-code").click()
        self.assertIn("Line 3", self.wait_for_verdict("bad"))
        self.assertEqual(self.marked_lines(), [3])
        self.shot("4-refused")

        # Without the line and with another it goes in, at a tick.
        browser.find("#source").click()
        browser.press("control", "home")
        browser.press("down")
        browser.press("down")
        browser.press("home")
        browser.press("shift", "down")
        browser.press("delete")
        browser.press("control", "home")
        browser.find("#source").type("-- changed by hand\n")
        self.assertEqual(self.marked_lines(), [])
        browser.press("control", "enter")
        self.assertRegex(self.wait_for_verdict("good"), r"swapped in at tick [\d,]+")
        self.wait(
            lambda: re.search(
                r"swapped in \d+\s+on probation \d+\s+accepted", self.text("#reload-steps")
            ),
            "the steps of the reload are shown",
        )
        self.assertNotIn("edited", self.text("#code-reading"))
        self.shot("5-accepted")

        # Paused, it stands; a step is one tick; resumed, it goes on.
        browser.find("#pause-run").click()
        self.wait(lambda: self.text("#phase") == "Paused", "the page says that the world is paused")
        self.wait(lambda: browser.find("#step-run").enabled, "a step can be asked for")
        standing = self.wait_until_still()
        browser.find("#step-run").click()
        self.wait(lambda: self.tick() > standing, "a step is done")
        self.assertEqual(self.wait_until_still(), standing + 1)
        self.shot("6-paused")

        # The console makes two more, says what it knows and what it does not understand.
        self.type_command("step 2")
        self.wait(lambda: self.tick() == standing + 3, "two steps are done")
        browser.find("[data-line=profile]").click()
        self.wait(lambda: "decide" in self.text("#console-output"), "the profile is shown")
        self.type_command("puase")
        self.wait(lambda: 'no command "puase"' in self.text("#console-output"), "a typo is told")
        self.shot("6-console")
        browser.find("#console-clear").click()
        browser.find("#resume-run").click()
        self.wait(lambda: self.tick() > standing + 5, "the world goes on")

        # The page comes back as it was, from its address alone.
        address = browser.url
        browser.reload()
        self.wait(lambda: self.text("#goal-line") == GOAL, "the goal is back")
        self.wait(
            lambda: self.source().startswith("-- changed by hand"), "the changed policy is back"
        )
        self.wait(lambda: self.tick() > standing, "the world is back")
        self.assertEqual(browser.find("#user_goal").value_of("value"), GOAL)
        self.assertEqual(browser.url, address)
        self.shot("7-restored")

        browser.find("#stop-run").click()
        self.wait(lambda: self.text("#phase") == "Stopped", "the run is stopped")
        self.assertFalse(browser.find("#stop-run").enabled)
        self.assertFalse(browser.find("#reload-code").enabled)
        self.wait(
            lambda: "Stopped" in self.text("#runs [aria-current]"), "the list knows that it is over"
        )
        self.shot("8-stopped")
        self.assert_quiet_console(r"/scripts/policy .*status of 422|/commands .*status of 400")

    def type_command(self, line):
        self.browser.find("#console-input").type(line + "\n")

    def wait_until_still(self):
        seen = []

        def still():
            seen.append(self.tick())
            return len(seen) > 12 and len(set(seen[-12:])) == 1

        self.wait(still, "the tick stands still")
        return seen[-1]

    def test_hostile_policies_are_refused_with_a_message(self):
        self.start_run()
        self.wait_until_live()
        self.replace_source(HOSTILE)
        self.browser.press("control", "enter")
        self.assertIn("os", self.wait_for_verdict("bad"))
        self.assertEqual(self.marked_lines(), [3])
        self.shot("9-hostile")
        self.replace_source(ENDLESS)
        self.browser.press("control", "enter")
        self.assertIn("fuel", self.wait_for_verdict("bad"))
        tick = self.tick()
        self.wait(lambda: self.tick() > tick, "the world has taken no harm")
        self.browser.find("#revert-code").click()
        self.assertIn("return policy", self.source())
        self.assert_quiet_console(r"/scripts/policy .*status of 422")

    @unittest.skipUnless(BINARY, "the stand-in keeps no telemetry")
    def test_telemetry_is_watched_filtered_and_held(self):
        browser = self.browser
        self.start_run()
        self.wait_until_live()
        browser.find("#telemetry summary").click()
        # In one look: rows come and go.
        rows = lambda: browser.script(  # noqa: E731
            "return [...document.querySelectorAll('.event-row')].map((row) => row.innerText)"
        )
        self.wait(lambda: any("angel/best" in row for row in rows()), "the past is shown")
        self.type_command("step 1")
        self.wait(lambda: any("client/command" in row for row in rows()), "and what comes")
        self.shot("15-telemetry")
        browser.find("#telemetry-source").type("Clients")
        self.wait(lambda: rows() and all("client/" in row for row in rows()), "by source")
        # Letters typed so soon after others would belong to them.
        browser.script(
            "const list = document.getElementById('telemetry-source'); list.selectedIndex = 0;"
            "list.dispatchEvent(new Event('input'))"
        )
        browser.find("#telemetry-text").type("angel/best")
        self.wait(lambda: rows() and all("angel/best" in row for row in rows()), "by text")
        browser.find("#telemetry-text").clear()
        browser.find("#telemetry-text").type("command")
        self.wait(lambda: len(rows()) == 1, "the one command")
        browser.find("#telemetry-pause").click()
        self.type_command("pause")
        self.wait(lambda: "new" in self.text("#telemetry-reading"), "what comes is counted")
        self.assertEqual(len(rows()), 1)
        browser.find("#telemetry-pause").click()
        self.wait(lambda: len(rows()) == 2, "and shown when it goes on")
        browser.set_dark(True)
        self.shot("16-telemetry-dark")
        for width in (400, 1000, 1440):
            browser.resize(width, 900)
            self.assertLessEqual(
                browser.script("return document.documentElement.scrollWidth"), width
            )
            self.shot(f"17-telemetry-{width}")
        browser.find("#stop-run").click()
        browser.find("#telemetry-text").clear()
        browser.find("#telemetry-text").type("session_end")
        self.wait(lambda: len(rows()) == 1, "the end is told")
        self.assert_quiet_console()

    def test_a_refused_goal_is_told_at_its_field(self):
        browser = self.browser
        browser.find("#start-run").click()
        self.assertIn("Say what", self.text("#error-user_goal"))
        browser.find("#user_goal").type("unicorn zzyzx")
        self.assertEqual(browser.find_all("#error-user_goal"), [])
        browser.find("#start-run").click()
        self.wait(lambda: browser.find_all("#error-user_goal"), "the server's refusal is shown")
        self.assertIn("nderst", self.text("#error-user_goal"))
        self.assertEqual(browser.find("#user_goal").attribute("aria-invalid"), "true")
        self.assertNotIn("#run=", browser.url)
        self.shot("10-goal-refused")
        self.assert_quiet_console(r"/run .*status of 4\d\d")

    def test_a_crash_of_the_server_is_shown_and_overcome(self):
        browser = self.browser
        self.start_run()
        self.wait_until_live()
        run = browser.url.rsplit("=", 1)[1]
        self.server.crash_and_restart(
            lambda: self.wait(lambda: "lost" in self.text("#connection"), "the loss is shown")
        )
        self.shot("14-lost")
        # The server has kept that run as an interrupted one; the page is of use again.
        self.wait(lambda: "lost" not in self.text("#connection"), "the page asks again")
        self.shot("14-found-again")
        self.assertNotIn("lost", self.text("#connection"))
        self.start_run()
        self.wait_until_live()
        self.assertNotIn(run, browser.url)

    def test_messages_that_cannot_be_read_are_told_and_survived(self):
        self.browser.cdp("Page.addScriptToEvaluateOnNewDocument", source=NONSENSE)
        self.browser.reload()
        self.start_run(iterations="1", episodes="1")
        self.wait_until_live()
        self.assertIn("{not json", self.text("#log"))
        self.assertIn("7 bytes", self.text("#log"))
        self.wait(lambda: self.tick() > 0, "the world is drawn all the same")
        self.assert_quiet_console()

    def test_colouring_keeps_every_letter_and_frames_are_checked(self):
        told = self.browser.script("""
          const modules = [import("/highlight.js"), import("/frames.js")];
          return Promise.all(modules).then(([lua, frames]) => {
            const sources = ["", "\\n", "--[[ open", "[==[ a ]] b ]==] --[=[\\n]=]", "'open",
              "x = 0x1F..'\\\\'' -- é\\n\\n", "]]"];
            const kept = sources.every((source) => lua.tokenizeLua(source)
              .map((line) => line.map((token) => token.text).join("")).join("\\n") === source);
            const frame = (bytes, count) => {
              const view = new DataView(new ArrayBuffer(bytes));
              view.setUint8(0, 1);
              view.setUint32(24, bytes - 32, true);
              view.setUint32(32, count, true);
              return view.buffer;
            };
            const refused = (read) => { try { read(); return false; } catch { return true; } };
            return [kept, frames.readAgents(frame(36 + 32, 2)).count,
              refused(() => frames.readAgents(frame(36 + 31, 2))),
              refused(() => frames.readAgents(frame(36, 4294967295))),
              refused(() => frames.readTerrain(frame(48, 1 << 20))),
              refused(() => frames.readHeader(new ArrayBuffer(31)))];
          })""")
        self.assertEqual(told, [True, 2, True, True, True, True])

    def test_deltas_are_drawn_as_key_frames_and_what_is_wrong_about_them_is_told(self):
        def frame(kind, channel, seq, payload):
            head = struct.pack("<BBHIIIQII", 1, kind, 0, channel, seq, kind, 9, len(payload), 0)
            return list(head + payload)
        entities = [struct.pack("<IffBBBB", row, 1.5, 2, 0, 255, 1, 64) for row in (3, 9)]
        changes = bytes([6, 4, 3, 128, 1, 16, 128, 4, 1, 7, 51, 1, 0, 9, 32])
        sent = {
            "key": frame(0, 2, 5, struct.pack("<I", 2) + b"".join(entities)),
            "delta": frame(1, 2, 6, struct.pack("<I", 3) + changes),
            "short": frame(1, 2, 6, struct.pack("<I", 3) + changes[:-1]),
            "world": frame(0, 1, 1, struct.pack("<III", 2, 2, 1) + bytes([0, 1, 2, 3])),
            "dig": frame(1, 1, 2, struct.pack("<I", 2) + bytes([1, 9, 1, 8])),
            "outside": frame(1, 1, 2, struct.pack("<I", 1) + bytes([4, 9])),
        }
        told = self.browser.script("const sent = " + json.dumps(sent) + """;
          return import("/frames.js").then((frames) => {
            const bytes = (name) => new Uint8Array(sent[name]).buffer;
            const agents = new frames.AgentsDecoder(), world = new frames.TerrainDecoder();
            const refused = (read) => { try { read(); return false; } catch { return true; } };
            const shown = [];
            const early = agents.take(bytes("delta"));
            agents.take(bytes("key"));
            agents.take(bytes("delta")).each((id, x, y, species, health, alive, heading) =>
              shown.push([id, x, y, species, health, alive, heading / Math.PI]));
            world.take(bytes("world"));
            const dug = [...world.take(bytes("dig")).blocks];
            agents.take(bytes("key"));
            world.take(bytes("world"));
            return [early, shown, dug, refused(() => agents.take(bytes("short"))),
              agents.take(bytes("delta")), refused(() => world.take(bytes("outside")))];
          })""")
        born = [4, 2, -1 / 128, 7, 0.2, True, 0]
        self.assertEqual(told, [None, [[3, 1.5 + 2 / 128, 2 - 2 / 128, 0, 1, True, 1], born],
                                [0, 9, 2, 8], True, None, True])

    def test_an_unknown_run_is_told(self):
        self.browser.go(self.server.url + "/#run=20000101-0000-0000")
        self.wait(lambda: "no run" in self.text("#log"), "the page says so")
        self.assertFalse(self.browser.find("#stop-run").enabled)
        self.assert_quiet_console(r"20000101-0000-0000 .*status of 404")


if __name__ == "__main__":
    main()
