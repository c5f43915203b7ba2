"""`cherub catalogue`: filled by runs, searched, shown, shared, and never in the way of a run."""
import hashlib
import json
import os
import subprocess
import tempfile
import unittest

CHERUB = os.environ["CHERUB_BINARY"]
POLICY = "-- %s\nlocal p = {}\nfunction p.act(self, world) self:wander() end\nreturn p\n"
HEADER = '{"format":"cherub-catalogue","version":1}\n'


def script_line(comment="x", **members):
    source = POLICY % comment
    line = {"sha256": hashlib.sha256(source.encode()).hexdigest(), "name": "wanderer",
            "goal": "wander about", "scenario": "maze", "source": source}
    line.update(members)
    return json.dumps(line) + "\n"


class Catalogue(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.environment = {key: value for key, value in os.environ.items()
                            if key != "CHERUB_CATALOGUE"}

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def file(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)
        return self.path(name)

    def cherub(self, *arguments, **variables):
        done = subprocess.run([CHERUB, *arguments], capture_output=True, text=True, timeout=120,
                              cwd=self.folder.name, env={**self.environment, **variables})
        return done.returncode, done.stdout, done.stderr

    def ok(self, *arguments, **variables):
        code, out, err = self.cherub(*arguments, **variables)
        self.assertEqual(code, 0, (arguments, out, err))
        return out

    def scripts(self, *arguments):
        return json.loads(self.ok("catalogue", *arguments, "--json"))["scripts"]

    def run_once(self, *arguments):
        out = self.ok("run", "--goal", "reach the target safely", "--candidates", "10",
                      "--iterations", "1", "--episodes", "2", "--live", "0", "--json", *arguments)
        return [json.loads(line) for line in out.splitlines()]

    def test_an_empty_one_says_how_it_is_filled(self):
        for arguments in (["list"], ["search", "maze"]):
            self.assertIn("`cherub run` fills it", self.ok("catalogue", *arguments))
        self.assertEqual(self.scripts("list"), [])
        code, _, err = self.cherub("catalogue", "show", "abcdef")
        self.assertEqual(code, 1)
        self.assertIn("no scripts yet", err)
        self.assertFalse(os.path.exists(self.path("catalogue")))

    def test_abilities_are_looked_for_before_they_are_written(self):
        def ability(*arguments):
            return json.loads(self.ok("ability", *arguments, "--json").splitlines()[-1])
        goal = "heal a wounded friend for 12 energy"
        first = ability(goal)
        self.assertFalse(first["known"])
        for again in (goal, "for 12 energy, heal an injured friend"):
            second = ability(again)
            self.assertTrue(second["known"], again)
            self.assertEqual((second["sha256"], second["source"], second["rounds"]),
                             (first["sha256"], first["source"], 0))
        self.assertEqual(len(self.scripts("list")), 1)
        self.assertFalse(ability(goal, "--new")["known"])
        self.assertFalse(ability(goal, "--catalogue", "none")["known"])
        self.assertFalse(ability("heal a wounded friend for 13 energy")["known"])
        self.assertEqual(len(self.scripts("list")), 2)

    def test_runs_fill_it_and_begin_with_it(self):
        first = self.run_once()
        self.assertTrue(os.path.exists(self.path("catalogue/catalogue.sqlite")))
        done = first[-1]
        self.assertEqual(len(self.scripts("list", "--limit", "1000")), done["catalogue"]["added"])
        best = self.scripts("list", "--tag", "best")
        self.assertEqual([script["sha256"] for script in best], [done["best_sha256"]])

        page = self.ok("catalogue", "show", done["best_sha256"][:8])
        for part in ("reach the target safely", "held-out seeds", "time_to_goal", " m ",
                     "95 % interval", "function policy.act(self, world)"):
            self.assertIn(part, page)
        shown = json.loads(self.ok("catalogue", "show", best[0]["name"], "--json"))
        with open(self.path(os.path.join(done["dir"], "best.lua")), encoding="utf-8") as code:
            self.assertEqual(shown["source"], code.read())
        results = {result["metric"]: result for result in shown["measurements"][0]["results"]}
        self.assertEqual(results["success"]["mean"], done["success_rate"])
        self.assertEqual(results["time_to_goal"]["unit"], "s")

        second = self.run_once("--candidates", "12")
        told = [record for record in second if record["type"] == "catalogue"]
        self.assertEqual(len(told), 1)
        self.assertEqual([script["sha256"] for script in told[0]["scripts"]],
                         second[-1]["catalogue"]["used"])
        self.assertIn(done["best_sha256"], second[-1]["catalogue"]["used"])

    def test_without_it_a_run_depends_on_its_request_alone(self):
        ends = []
        for _ in range(2):
            self.run_once()
            ends.append(self.run_once("--catalogue", "none")[-1])
        for key in ("best_sha256", "score", "success_rate", "hash", "candidates"):
            self.assertEqual(ends[0][key], ends[1][key])
        self.assertNotIn("catalogue", ends[0])

    def test_search_finds_words_and_orders_by_what_was_measured(self):
        self.run_once()
        hits = self.scripts("search", "TARGET", "safety", "--metric", "damage", "--limit", "50")
        damage = [next(result["mean"] for result in hit["measurements"][0]["results"]
                       if result["metric"] == "damage")
                  for hit in hits if hit["measurements"][0]["seeds"] == "tuning"
                  and not hit["measurements"][0]["screened_out"]]
        self.assertEqual(damage, sorted(damage))
        self.assertEqual(self.scripts("search", "zebra"), [])
        self.assertIn("None of the", self.ok("catalogue", "search", "zebra"))
        for query in ('"', "a AND", "NEAR(", "goals:x*", "') --", "{", "\udcff"):
            self.ok("catalogue", "search", query)
        self.assertEqual(self.cherub("catalogue", "list", "--kind", "spell")[0], 2)
        self.assertEqual(self.cherub("catalogue", "list", "--limit", "0")[0], 2)

    def test_export_import_export_gives_the_same_bytes(self):
        self.run_once()
        self.ok("catalogue", "export", "all.jsonl")
        self.ok("catalogue", "import", "all.jsonl", "--catalogue", "other")
        self.ok("catalogue", "--catalogue", "other", "export", "again.jsonl")
        with open(self.path("all.jsonl"), "rb") as one, open(self.path("again.jsonl"), "rb") as two:
            self.assertEqual(one.read(), two.read())
        best = self.scripts("list", "--limit", "1")[0]
        some = self.ok("catalogue", "export", "-", best["sha256"][:10])
        self.assertEqual([json.loads(line).get("sha256") for line in some.splitlines()],
                         [None, best["sha256"]])
        self.assertEqual(self.cherub("catalogue", "export", "no/such/folder")[0], 1)

    def test_an_import_tells_what_it_refuses(self):
        text = (HEADER + script_line() + script_line("y", sha256="0" * 64) + "nonsense\n" +
                script_line("z", goal=7) + script_line("w", source="return os.exit()"))
        path = self.file("theirs.jsonl", text)
        code, out, err = self.cherub("catalogue", "import", path)
        self.assertEqual(code, 13)
        self.assertIn("1 new scripts, 0 known ones, 0 new measurements, 4 refused", out)
        for part in ("line 3", "another sha256", "line 4", "line 5", '"goal" must be a text'):
            self.assertIn(part, err)
        answer = json.loads(self.cherub("catalogue", "import", path, "--json")[1])
        self.assertEqual([refusal["line"] for refusal in answer["refused"]], [3, 4, 5, 6])
        self.assertEqual(self.cherub("catalogue", "import", self.file("no", "x"))[0], 1)
        self.assertEqual(self.cherub("catalogue", "import", "not-there")[0], 1)

    def test_what_others_wrote_cannot_drive_the_terminal(self):
        bad = "\x1b[2J\x07\u202eevil\nline\u009b"
        self.file("theirs.jsonl", HEADER + script_line("\x1b]0;title\x07", name=bad, goal=bad,
                                                       origin=bad, description=bad))
        self.ok("catalogue", "import", "theirs.jsonl")
        shown = (self.ok("catalogue", "list"), self.ok("catalogue", "search", "evil"),
                 self.ok("catalogue", "show", bad))
        for text in shown:
            self.assertIn("\\x1b", text)
            for character in "\x1b\x07\u202e\u009b":
                self.assertNotIn(character, text)
            self.assertNotIn("\nline", text)

    def test_names_tags_and_removal(self):
        self.file("two.jsonl", HEADER + script_line("a") + script_line("b"))
        self.ok("catalogue", "import", "two.jsonl")
        code, _, err = self.cherub("catalogue", "show", "wanderer")
        self.assertEqual(code, 1)
        self.assertIn("several scripts", err)
        code, _, err = self.cherub("catalogue", "show", "wandrer")
        self.assertIn('did you mean "wanderer"', err)
        one, two = (script["sha256"] for script in self.scripts("list"))
        self.ok("catalogue", "tag", one[:12], "calm", "mine")
        self.assertEqual([s["sha256"] for s in self.scripts("list", "--tag", "calm")], [one])
        self.assertEqual(self.cherub("catalogue", "tag", one, "Not A Tag")[0], 1)
        self.ok("catalogue", "untag", one, "calm")
        self.assertEqual(self.scripts("list", "--tag", "calm"), [])
        self.ok("catalogue", "remove", one, two)
        self.assertEqual(self.scripts("list"), [])

    def test_its_place_comes_from_flags_environment_and_file(self):
        path = self.file("one.jsonl", HEADER + script_line())
        self.ok("catalogue", "import", path, CHERUB_CATALOGUE="from-variable")
        self.assertTrue(os.path.isdir(self.path("from-variable")))
        config = self.file("settings.yaml", "catalogue: from-file\n")
        self.ok("--config", config, "catalogue", "import", path)
        self.assertTrue(os.path.isdir(self.path("from-file")))
        self.ok("catalogue", "import", path, "--runs-dir", "deep/runs/")
        self.assertTrue(os.path.isdir(self.path("deep/catalogue")))
        code, _, err = self.cherub("catalogue", "list", CHERUB_CATALOGUE="none")
        self.assertEqual(code, 2)
        self.assertIn("none", err)

    def test_a_damaged_one_is_told_of_and_does_not_stop_a_run(self):
        os.mkdir(self.path("catalogue"))
        self.file("catalogue/catalogue.sqlite", "this is no database " * 100)
        code, _, err = self.cherub("catalogue", "list")
        self.assertEqual(code, 1)
        self.assertIn("damaged: move it away", err)
        records = self.run_once()
        self.assertEqual(records[-1]["type"], "done")
        warnings = [record for record in records if record["type"] == "warning"]
        self.assertEqual([warning["about"] for warning in warnings], ["catalogue"])
        text = self.ok("run", "--policy", self.file("p.lua", POLICY % "p"), "--live", "0",
                       "--episodes", "1", "--duration", "1")
        self.assertIn("warning: the run does without its catalogue", text)


if __name__ == "__main__":
    unittest.main()
