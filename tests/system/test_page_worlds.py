#!/usr/bin/python3
"""The viewer in a real browser: every world that ships can be asked for and is shown as it is."""

import json
import re
import subprocess
import unittest
import urllib.request

from page_case import BINARY, PageCase, main

STILL = "return {act = function(self, world) return self:move(0, 0) end}"


class PageWorlds(PageCase):
    @unittest.skipUnless(BINARY, "worlds of the stand-in have one layer")
    def test_of_a_world_of_many_layers_that_of_the_agent_is_drawn(self):
        browser = self.browser
        body = {"policy_code": STILL, "user_goal": "reach the target", "scenario": "tower",
                "iterations": 1, "episodes": 1, "live_seconds": 3600}
        request = urllib.request.Request(self.server.url + "/run", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            run = json.load(answer)["run_id"]
        browser.go(f"{self.server.url}/#run={run}")
        browser.reload()
        self.wait_until_live()

        def level():
            found = re.search(r"level (\d) of 8", self.text("#world-reading"))
            return found and int(found[1])
        self.wait(lambda: level() == 1, "the walker's floor is shown")
        ground = self.pixels()
        browser.find("#world").click()

        def other_floor():
            browser.press("n")  # the next agent: guards are on other floors
            return (level() or 1) > 1
        self.wait(other_floor, "a guard's floor is shown")
        self.assertIn("level", self.text("#inspector"))
        self.assertNotEqual(self.pixels(), ground)
        self.shot("15-tower")
        self.assert_quiet_console()

    def test_every_world_that_ships_is_offered_with_goals_it_knows(self):
        browser = self.browser
        offered = {}
        for radio in browser.find_all("#field-scenario input"):
            name = radio.attribute("value")
            browser.find(f"label:has(input[value={name}])").click()
            offered[name] = [example.text for example in browser.find_all(".example")]
        if BINARY:
            listed = subprocess.run(
                [BINARY, "scenario", "list"], capture_output=True, text=True, check=True
            ).stdout
            self.assertEqual(set(offered), {line.split(":")[0] for line in listed.splitlines()})
        for name, goals in offered.items():
            self.assertEqual(len(set(goals)), 3, name)

    def test_the_pasture_fits_every_screen_in_both_schemes(self):
        browser = self.browser
        browser.find("label:has(input[value=pasture])").click()
        example = browser.find(".example")
        goal = example.text
        example.click()
        self.assertEqual(browser.find("#user_goal").value_of("value"), goal)
        browser.find("#iterations").clear()
        browser.find("#iterations").type("1")
        browser.find("#episodes").clear()
        browser.find("#episodes").type("2")
        browser.find("#start-run").click()
        self.wait_until_live()
        self.wait(
            lambda: "rabbit" in self.text("#legend") and self.tick() > 20, "rabbits are counted"
        )
        self.shot("11-pasture")
        browser.set_dark(True)
        self.shot("12-pasture-dark")
        for width in (400, 760, 1000, 1440):
            browser.resize(width, 900)
            self.assertLessEqual(
                browser.script("return document.documentElement.scrollWidth"), width
            )
            self.shot(f"13-width-{width}")
        self.assert_quiet_console()


if __name__ == "__main__":
    main()
