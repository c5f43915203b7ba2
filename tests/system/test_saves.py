"""Worlds in folders as a user meets them: killed at any moment, loaded, gone on with, replayed."""
import json
import os
import random
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

CHERUB = os.environ["CHERUB_BINARY"]
KILLS = 10

# Its way depends on what it remembers.
POLICY = """local policy = {}
function policy.act(self, world)
  local memory = self.memory
  memory.steps = (memory.steps or 0) + 1
  memory.angle = (memory.angle or 0) + 0.2 + (self.x % 0.1)
  self:move(math.cos(memory.angle), math.sin(memory.angle))
end
return policy
"""


def cherub(*arguments):
    done = subprocess.run([CHERUB, *arguments], capture_output=True, text=True, timeout=200)
    return done.returncode, done.stdout, done.stderr


class Saves(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.world = os.path.join(self.folder.name, "world")
        self.policy = os.path.join(self.folder.name, "policy.lua")
        with open(self.policy, "w", encoding="utf-8") as out:
            out.write(POLICY)

    def begin_flags(self, live, *more):
        return ["run", "--scenario", "pasture", "--policy", self.policy, "--episodes", "1",
                "--duration", "1", "--json", "--threads", "1", "--live", str(live), "--runs-dir",
                self.folder.name, "--world", self.world, *more]

    def load_flags(self, live, *more):
        return ["run", "--load", self.world, "--json", "--live", str(live), *more]

    def replay(self, *flags):
        code, out, err = cherub("replay", self.world, "--verify", "--json", *flags)
        self.assertTrue(out, err)
        return code, json.loads(out.splitlines()[-1])

    def saves(self):
        return [name for name in os.listdir(os.path.join(self.world, "saves")) if name.isdigit()]

    def kill_while_it_lives(self, flags, seconds):
        """Starts, waits until the world lives, and for some time more, then kill -9."""
        with subprocess.Popen([CHERUB, *flags], stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                if json.loads(line)["type"] == "live":
                    break
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)

    def test_a_world_survives_kill_9_at_any_moment(self):
        chance = random.Random(os.environ.get("CHERUB_TEST_SEED", "7"))
        flags = self.begin_flags(80000, "--autosave", "0.05")
        ticks, torn, replayed_from = 0, 0, []
        for _ in range(KILLS):
            self.kill_while_it_lives(flags, chance.uniform(0.01, 0.6))
            newest = max(map(int, self.saves()), default=0)
            code, answer = self.replay("--from", str(newest))
            self.assertEqual((code, answer["verified"]), (0, True), answer)
            self.assertGreaterEqual(answer["ticks_recorded"], ticks)
            self.assertEqual(answer["from"], newest)
            ticks = answer["ticks_recorded"]
            torn += answer["torn_bytes"] > 0
            replayed_from.append(newest)
            flags = self.load_flags(80000, "--autosave", "0.05")
        self.assertGreater(max(replayed_from), 0)
        code, out, err = cherub(*self.load_flags(5))
        done = json.loads(out.splitlines()[-1])
        self.assertEqual((code, done["type"], done["ticks"]), (0, "done", 50), out + err)
        code, answer = self.replay()
        self.assertEqual((code, answer["verified"], answer["from"]), (0, True, 0), answer)
        self.assertEqual((answer["ticks"], answer["hash"]), (done["tick"], done["hash"]))
        self.assertGreater(answer["saves_compared"], 0)

    def test_a_world_in_two_parts_is_the_world_in_one(self):
        code, out, _ = cherub(*self.begin_flags(20))
        self.assertEqual(code, 0)
        code, out, _ = cherub(*self.load_flags(30))
        parts = json.loads(out.splitlines()[-1])
        self.world += "-whole"
        code, out, _ = cherub(*self.begin_flags(50))
        whole = json.loads(out.splitlines()[-1])
        self.assertEqual((parts["tick"], parts["hash"]), (500, whole["hash"]))

    def test_the_folder_is_what_the_document_says(self):
        code, _, err = cherub(*self.begin_flags(1100))
        self.assertEqual(code, 0, err)
        names = set(os.listdir(self.world))
        self.assertLessEqual({"world.json", "scenario.yaml", "journal", "saves", "events",
                              "scripts", "index.sqlite"}, names)
        with open(os.path.join(self.world, "world.json"), encoding="utf-8") as file:
            world = json.load(file)
        self.assertEqual(world["scenario"], "pasture")
        self.assertEqual(world["newest_save"]["tick"], 11000)
        events = sorted(os.listdir(os.path.join(self.world, "events")))
        self.assertEqual(events[0], "0000000000-0000009999.jsonl.zst")
        base = sqlite3.connect(os.path.join(self.world, "index.sqlite"))
        kinds = dict(base.execute("SELECT kind, count(*) FROM events GROUP BY kind"))
        self.assertGreater(kinds["birth"], 10)
        self.assertEqual(base.execute("SELECT max(tick) FROM saves").fetchone(), (11000,))
        self.assertEqual(base.execute("SELECT count(*) FROM scripts").fetchone(), (1,))
        self.assertEqual(base.execute("SELECT count(*) FROM faults").fetchone(), (0,))
        base.close()

    def test_a_long_journal_is_cut_and_only_what_is_needed_is_read(self):
        code, _, err = cherub(*self.begin_flags(21000, "--autosave", "0.2"))
        self.assertEqual(code, 0, err)
        folder = os.path.join(self.world, "journal")
        names = sorted(os.listdir(folder))
        self.assertGreater(len(names), 1)
        self.assertTrue(all(name.endswith(".zst") for name in names[:-1]), names)
        first = int(names[-1].split("-")[1].split(".")[0])
        os.remove(os.path.join(folder, names[0]))
        code, answer = self.replay("--from", str(first + 1))
        self.assertEqual((code, answer["verified"]), (0, True), answer)
        self.assertGreaterEqual(answer["from"], first)
        code, answer = self.replay()
        self.assertEqual(code, 1)
        self.assertIn("begins at tick", answer["message"])
        code, out, err = cherub(*self.load_flags(2))
        self.assertEqual(code, 0, out + err)

    def test_a_named_save_is_gone_back_to(self):
        lines = "pause\nstep 50\nsave start\nsave start\nsave ../up\nstep 100\nsaves\n" \
                "load start\nrain 0.9\nstep 60\nload nobody\nquit\n"
        done = subprocess.run([CHERUB, *self.begin_flags(1e6), "--console"], input=lines,
                              capture_output=True, text=True, timeout=200)
        self.assertEqual(done.returncode, 0, done.stderr)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        replies = [record for record in records if record["type"] == "reply"]
        self.assertEqual([reply["ok"] for reply in replies],
                         [True, True, True, False, False, True, True, True, True, True, False,
                          True], replies)
        self.assertEqual(replies[6]["data"]["named"], ["start"])
        self.assertEqual(replies[7]["data"]["tick"], 50)
        self.assertEqual(replies[9]["data"]["tick"], 110)
        code, answer = self.replay()
        self.assertEqual((code, answer["verified"], answer["ticks"]), (0, True, 110), answer)
        code, out, _ = cherub("run", "--world", self.world, "--load", "start", "--json", "--live",
                              "10")
        self.assertEqual((code, json.loads(out.splitlines()[-1])["tick"]), (0, 150), out)
        code, answer = self.replay()
        self.assertEqual((code, answer["verified"], answer["ticks"]), (0, True, 150), answer)
        code, out, _ = cherub("run", "--world", self.world, "--load", "none", "--json")
        self.assertEqual(code, 1)
        self.assertIn('no save named', out)

    def test_damage_is_named(self):
        self.assertEqual(cherub(*self.begin_flags(20))[0], 0)
        journal = os.path.join(self.world, "journal", "0000-0000000000.jsonl")
        with open(journal, "rb") as file:
            good = file.read()
        lines = good.split(b"\n")
        lines[50] = lines[50].replace(b'"hash":"', b'"hash":"0', 1)
        with open(journal, "wb") as file:
            file.write(b"\n".join(lines))
        code, answer = self.replay()
        self.assertEqual(code, 1)
        self.assertIn("line 51", answer["message"])
        code, out, _ = cherub(*self.load_flags(1))
        self.assertEqual(code, 1)
        self.assertIn("line 51", out)
        with open(journal, "wb") as file:
            file.write(good[:-10])
        code, answer = self.replay()
        self.assertEqual((code, answer["verified"]), (0, True))
        self.assertGreater(answer["torn_bytes"], 0)


if __name__ == "__main__":
    unittest.main()
