"""`cherub init`: a folder in which a policy can be written, checked and run at once."""
import json
import os
import re
import subprocess
import tempfile
import unittest

CHERUB = os.environ["CHERUB_BINARY"]
FILES = [".luarc.json", "README.md", "library/cherub.lua", "policy.lua"]


class Init(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def cherub(self, *arguments):
        done = subprocess.run([CHERUB, *arguments], capture_output=True, text=True, timeout=120,
                              cwd=self.folder.name)
        return done.returncode, done.stdout, done.stderr

    def ok(self, *arguments):
        code, out, err = self.cherub(*arguments)
        self.assertEqual(code, 0, (arguments, out, err))
        return out

    def read(self, name):
        with open(os.path.join(self.folder.name, name), encoding="utf-8") as file:
            return file.read()

    def write(self, name, text):
        with open(os.path.join(self.folder.name, name), "w", encoding="utf-8") as file:
            file.write(text)

    def contents(self, folder):
        return {name: self.read(os.path.join(folder, name)) for name in FILES}

    def scenarios(self):
        code, _, err = self.cherub("init", "nowhere", "--scenario", "no-such-place")
        self.assertEqual(code, 2)
        self.assertFalse(os.path.exists(os.path.join(self.folder.name, "nowhere")))
        known = ("maze", "pasture", "village")
        return [name for name in re.findall(r"[a-z]+", err) if name in known]

    def test_the_example_of_every_scenario_is_right_and_better_than_chance(self):
        scenarios = self.scenarios()
        self.assertIn("maze", scenarios)
        for scenario in scenarios:
            with self.subTest(scenario=scenario):
                self.ok("init", scenario, "--scenario", scenario)
                policy = scenario + "/policy.lua"
                checked = self.cherub("check", policy, "--scenario", scenario)
                self.assertEqual(checked, (0, policy + ": ok\n", ""))
                out = self.ok("run", "--scenario", scenario, "--policy", policy, "--episodes", "2",
                              "--live", "0", "--json")
                done = json.loads(out.splitlines()[-1])
                self.assertEqual(done["held_out"]["faults"], 0)
                self.assertGreater(done["score"], done["baseline"]["score"] + 0.1)
                commands = re.findall(r"^cherub .*? --scenario (\w+)", self.read(
                    scenario + "/README.md"), re.M)
                self.assertGreaterEqual(commands.count(scenario), 1)

    def test_the_stub_is_the_one_of_the_api_and_is_lua(self):
        self.ok("init", "p")
        self.assertEqual(self.read("p/library/cherub.lua"), self.ok("api", "--format", "luals"))
        self.assertIn('"ok"', self.ok("sandbox", "p/library/cherub.lua", "--json"))

    def test_the_settings_name_the_library_and_hide_what_policies_lack(self):
        self.ok("init", "p")
        settings = json.loads(self.read("p/.luarc.json"))
        for folder in settings["workspace"]["library"]:
            self.assertTrue(os.path.isdir(os.path.join(self.folder.name, "p", folder)))
        self.assertEqual(settings["runtime"]["version"], "LuaJIT")
        api = self.ok("api")
        for library in settings["runtime"]["builtin"]:
            self.assertFalse("`" + library + "." in api, library)
            self.write("uses.lua", "local p = {}\nfunction p.act(self, world)\n  " + library +
                       ".x()\nend\nreturn p\n")
            self.assertEqual(self.cherub("check", "uses.lua")[0], 13, library)

    def test_what_is_there_is_not_touched(self):
        os.mkdir(os.path.join(self.folder.name, "p"))
        self.write("p/policy.lua", "-- mine\n")
        code, _, err = self.cherub("init", "p")
        self.assertEqual(code, 1)
        self.assertIn("policy.lua", err)
        self.assertNotIn("README.md", err)
        self.assertEqual(os.listdir(os.path.join(self.folder.name, "p")), ["policy.lua"])
        out = self.ok("init", "p", "--force")
        self.assertEqual(self.read("p/policy.lua"), "-- mine\n")
        self.assertIn("Kept as they are, since they are yours:\n  policy.lua", out)

    def test_force_replaces_only_what_init_made_and_nobody_changed(self):
        self.ok("init", "p", "--scenario", "maze")
        maze = self.contents("p")
        code, _, err = self.cherub("init", "p", "--scenario", "pasture")
        self.assertEqual(code, 1)
        for name in FILES:
            self.assertIn(name, err)
        self.assertEqual(self.contents("p"), maze)
        self.write("p/README.md", maze["README.md"] + "My notes.\n")
        self.ok("init", "p", "--scenario", "pasture", "--force")
        pasture = self.contents("p")
        self.assertEqual(pasture["README.md"], maze["README.md"] + "My notes.\n")
        self.assertNotEqual(pasture["policy.lua"], maze["policy.lua"])
        self.ok("init", "p", "--scenario", "maze", "--force")
        self.assertEqual(self.read("p/policy.lua"), maze["policy.lua"])
        self.assertEqual(self.read("p/README.md"), pasture["README.md"])

    def test_a_place_that_cannot_be_written_is_named(self):
        self.write("file", "")
        code, _, err = self.cherub("init", "file/p")
        self.assertEqual(code, 1)
        self.assertIn("file/p", err)


if __name__ == "__main__":
    unittest.main()
