"""The cherub program as a script sees it: outcomes, exit codes, JSON, run folders, replay."""
import json
import os
import pty
import signal
import subprocess
import tempfile
import unittest

CHERUB = os.environ["CHERUB_BINARY"]
HERE = os.path.dirname(os.path.abspath(__file__))


def cherub(*arguments, cwd=None):
    command = [CHERUB, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=cwd)
    return done.returncode, done.stdout, done.stderr


def pasture():
    path = os.path.join(HERE, "../../engine/scenarios/pasture.yaml")
    with open(path, encoding="utf-8") as shipped:
        return shipped.read()


class Cli(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def run_json(self, *arguments):
        code, out, _ = cherub("run", "--json", *arguments, cwd=self.folder.name)
        return code, [json.loads(line) for line in out.splitlines()]

    def test_sandbox_outcomes_and_exit_codes(self):
        table = [
            ("return {1, 2, 'x'}", "ok", 0, []),
            ("return os.time()", "error", 10, []),
            ("while true do end", "fuel", 11, ["--fuel", "100000"]),
            ("local s = 'x' while true do s = s .. s end", "memory", 12, ["--memory", "8000000"]),
            ("return 1 +", "refused", 13, []),
        ]
        for source, outcome, code, flags in table:
            for jit in ("on", "off"):
                with self.subTest(source=source, jit=jit):
                    path = self.file("s.lua", source)
                    got, out, _ = cherub("sandbox", path, "--json", "--jit", jit, *flags)
                    answer = json.loads(out)
                    self.assertEqual(answer["outcome"], outcome)
                    self.assertEqual(got, code)
                    self.assertEqual(bool(answer["diagnostics"]), outcome != "ok")

    def test_ctrl_c_keeps_the_best_writes_the_folder_and_the_search_goes_on(self):
        flags = ["--goal", "reach the target", "--iterations", "40", "--candidates", "8",
                 "--episodes", "2", "--live", "0"]
        with subprocess.Popen([CHERUB, "run", "--json", *flags], stdout=subprocess.PIPE, text=True,
                              cwd=self.folder.name) as process:
            records = []
            for line in process.stdout:
                records.append(json.loads(line))
                if records[-1]["type"] == "best":
                    process.send_signal(signal.SIGINT)
                    break
            records += [json.loads(line) for line in process.stdout]
        self.assertEqual(process.returncode, 0)
        last = records[-1]
        self.assertEqual((last["type"], last["reason"]), ("terminated", "terminated"))
        best = [record for record in records if record["type"] == "best"][-1]
        self.assertEqual(last["best_sha256"], best["sha256"])
        folder = os.path.join(self.folder.name, last["dir"])
        with open(os.path.join(folder, "best.lua"), encoding="utf-8") as file:
            self.assertEqual(file.read(), best["code"])
        for name in ("request.json", "summary.json", "ledger.json", "measured.jsonl"):
            self.assertTrue(os.path.getsize(os.path.join(folder, name)) > 0, name)
        code, resumed = self.run_json("--resume", last["dir"], "--iterations", "2")
        self.assertEqual((code, resumed[-1]["type"]), (0, "done"))
        self.assertGreaterEqual(resumed[-1]["score"], last["score"])

    def test_check_names_the_line(self):
        path = self.file("p.lua", "local policy = {}\nfunction policy.act(self, world)\n"
                                  "  return self:move_too(1, 2)\nend\nreturn policy\n")
        code, out, _ = cherub("check", path, "--json")
        answer = json.loads(out)
        self.assertEqual(code, 13)
        self.assertFalse(answer["ok"])
        finding = answer["files"][0]["diagnostics"][0]
        self.assertEqual((finding["line"], finding["column"], finding["length"]), (3, 15, 8))
        self.assertIn("move_to", finding["hint"])
        self.assertEqual(cherub("check", os.path.join(HERE, "maze_policy.lua"))[0], 0)

    GOOD = "return {act = function(self, world) self:wander() end}\n"
    DOUBTFUL = "return {act = function(self, world) if self.hunger then self:rest() end end}\n"

    def test_check_answers_for_several_files(self):
        good, doubtful = self.file("good.lua", self.GOOD), self.file("doubtful.lua", self.DOUBTFUL)
        bad = self.file("bad.lua", "return {act = function(self, world) self:fly() end}\n")
        absent = os.path.join(self.folder.name, "absent.lua")
        self.assertEqual(cherub("check", good), (0, good + ": ok\n", ""))
        code, out, err = cherub("check", good, doubtful, bad)
        self.assertEqual(code, 13)
        self.assertEqual(out.splitlines()[1:], [
            doubtful + ": ok, 1 warning", bad + ": refused, 1 error",
            "3 files: 2 ok, 1 refused, 1 error, 1 warning"])
        self.assertIn(bad + ":1:42: error: self has no action 'fly'\n", err)
        self.assertIn("^~~", err)
        self.assertEqual(cherub("check", good, absent)[0], 1)
        self.assertEqual(cherub("check", bad, absent)[0], 13)
        self.assertEqual(cherub("check", good, "--scenario", "nowhere")[0], 2)
        self.assertEqual(cherub("check", "-", "-")[0], 2)
        self.assertEqual(cherub("check", bad, "--scenario", "maze")[0], 13)
        code, out, _ = cherub("check", good, doubtful, bad, absent, "--json", "--scenario", "maze")
        answer = json.loads(out)
        self.assertEqual(code, 13)
        self.assertEqual((answer["ok"], answer["scenario"]), (False, "maze"))
        self.assertEqual([entry["ok"] for entry in answer["files"]], [True, False, False, False])
        self.assertIn("problem", answer["files"][3])

    def test_check_reads_standard_input(self):
        done = subprocess.run([CHERUB, "check", "-"], input=self.GOOD, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, "stdin: ok\n"))

    def test_check_keeps_control_characters_from_the_terminal(self):
        path = self.file("evil\x1b[2J.lua",
                         "local s = '\x1b[31m\u202e\x9b1m' .. self.\x1b]0;x\x07\n"
                         "return nope'\x1b[1m'\n")
        for arguments in ([path], [path, "--json"], [path + "\x1b[0m"]):
            done = subprocess.run([CHERUB, "check", *arguments], capture_output=True, timeout=60)
            for text in (done.stdout, done.stderr):
                self.assertFalse(any(byte < 32 and byte != 10 for byte in text), text)
                self.assertNotIn("\x9b".encode(), text)
                if "--json" not in arguments:
                    self.assertNotIn("\u202e".encode(), text)

    def test_check_colours_only_terminals_that_want_it(self):
        path = self.file("p.lua", "return 1\n")
        for environment, coloured in (({"TERM": "xterm"}, True),
                                      ({"TERM": "xterm", "NO_COLOR": "1"}, False),
                                      ({"TERM": "dumb"}, False)):
            ours, theirs = pty.openpty()
            subprocess.run([CHERUB, "check", path], stderr=theirs, stdout=subprocess.DEVNULL,
                           env={**os.environ, "NO_COLOR": "", **environment}, timeout=60)
            shown = os.read(ours, 65536)
            os.close(theirs)
            os.close(ours)
            with self.subTest(environment=environment):
                self.assertEqual(b"\x1b[" in shown, coloured)
                self.assertIn(b"error", shown)
        self.assertNotIn("\x1b", cherub("check", path)[2])

    def test_the_main_job_is_done_recorded_and_replayed(self):
        code, records = self.run_json("reach the target safely", "--iterations", "2",
                                      "--candidates", "12", "--episodes", "4", "--live", "10")
        self.assertEqual(code, 0)
        done = records[-1]
        self.assertEqual(done["type"], "done")
        folder = os.path.join(self.folder.name, done["dir"])
        for name in ("request.json", "aggregate.json", "critique.md", "best.lua", "summary.json"):
            self.assertTrue(os.path.exists(os.path.join(folder, name)), name)
        for jit in ("on", "off"):
            code, out, _ = cherub("replay", folder, "--verify", "--json", "--jit", jit)
            answer = json.loads(out.splitlines()[-1])
            self.assertEqual((code, answer["verified"], answer["ticks"]), (0, True, done["ticks"]))
            self.assertEqual(answer["hash"], done["hash"])

    def test_the_same_seed_gives_the_same_run_on_one_thread_and_two(self):
        flags = ["--goal", "reach the target", "--iterations", "1", "--candidates", "8",
                 "--episodes", "4", "--live", "5", "--seed", "7"]
        ends = [self.run_json(*flags, "--threads", threads, "--jit", jit)[1][-1]
                for threads, jit in (("1", "on"), ("2", "on"), ("2", "off"))]
        for end in ends[1:]:
            for key in ("hash", "score", "success_rate", "best_sha256", "ticks"):
                self.assertEqual(end[key], ends[0][key], key)

    def test_a_world_of_ones_own_is_searched_gone_on_with_and_replayed(self):
        text = pasture().replace("name: pasture", "name: paddock")
        path = self.file("paddock.yaml", text.replace("width: 48", "width: 24"))
        code, out, _ = cherub("scenario", "show", path, "--json")
        self.assertEqual((code, json.loads(out)["name"]), (0, "paddock"))
        code, records = self.run_json(
            "survive", "--scenario", path, "--iterations", "1", "--episodes", "1",
            "--candidates", "2", "--duration", "5", "--live", "5")
        self.assertEqual((code, records[-1]["scenario"]), (0, "paddock"))
        os.remove(path)  # the run has what it said
        code, out, err = cherub("run", "--resume", records[-1]["dir"], "--iterations", "2",
                                cwd=self.folder.name)
        self.assertEqual(code, 0, err)
        folder = os.path.join(self.folder.name, records[-1]["dir"])
        self.assertEqual(cherub("replay", folder, "--verify")[0], 0)

    def test_what_is_wrong_in_a_scenario_file_is_told_with_its_place(self):
        for name, text, told in (
                ("cut.json", '{"name":"cut","terrain":{"width":8,', "cut.json: line 1"),
                ("poor.yaml", "name: poor\n", "poor.yaml: species: "),
                ("far.yaml", pasture().replace("width: 48", "width: 9e9"), "terrain.width: "),
                ("noise.yaml", "\x00\xff: [", "noise.yaml: "),
                ("large.yaml", "#" * (1 << 19), "262144")):
            with self.subTest(file=name):
                code, _, err = cherub("run", "x", "--scenario", self.file(name, text))
                self.assertEqual(code, 2)
                self.assertIn(told, err)
        code, _, err = cherub("run", "x", "--scenario", "nobody.yaml")
        self.assertIn("nobody.yaml", err)

    def test_a_nonsense_goal_is_told_what_is_understood(self):
        code, records = self.run_json("--goal", "xyzzy plugh")
        self.assertNotEqual(code, 0)
        self.assertEqual(records[-1]["type"], "error")
        self.assertIn("reached", records[-1]["message"])

    def test_hostile_policies_end_in_a_clear_error(self):
        body = "local p = {}\nfunction p.act(self, world)\n  %s\nend\nreturn p\n"
        table = [("local n = 0 while n >= 0 do n = n + 1 end", "out of fuel"),
                 ("local s = ('x'):rep(1e9) self:say(s)", "memory"),
                 ("local s = 'x' while #s > 0 do s = s .. s end", "out of fuel"),
                 ("return os.execute('true')", "os")]
        for act, word in table:
            with self.subTest(act=act):
                path = self.file("hostile.lua", body % act)
                code, records = self.run_json("--policy", path, "--live", "0")
                self.assertEqual(code, 1)
                self.assertEqual(records[-1]["type"], "error")
                self.assertIn(word, json.dumps(records[-1]))

    def test_the_api_prints_as_markdown_and_as_stubs(self):
        self.assertIn("world.nearest", cherub("api")[1])
        self.assertIn("---@meta", cherub("api", "--format", "luals")[1])


if __name__ == "__main__":
    unittest.main()
