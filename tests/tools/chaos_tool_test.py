#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/chaos against a node of the built program: it does harm, sees restarts, and tells who does not come back.

    chaos_tool_test.py STREAMLIB
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

CHAOS = Path(__file__).resolve().parents[2] / "tools/chaos"
STREAMLIB = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/streamlib"
GRAPH = ("rate=50 TestPattern name=eye restart=permanent format='320x180 YCbCr-4:2:2 8 @50' "
         ">> Probe name=judge restart=permanent")


class ChaosTool(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sl-chaos-")
        self.environment = dict(os.environ, STREAMLIB_RUN_DIR=self.folder.name)
        self.node = f"chaos-{os.getpid()}"
        self.run = None

    def tearDown(self):
        if self.run is not None:
            if self.run.poll() is None:
                self.run.kill()
            self.run.wait()
            self.run.stdout.close()
        self.folder.cleanup()

    def call(self, *words):
        return subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=60, check=False)

    def streamlib(self, *words):
        return self.call(STREAMLIB, *words, "--node", self.node)

    def chaos(self, *words):
        return self.call(sys.executable, str(CHAOS), "--streamlib", STREAMLIB, "--node", self.node, *words)

    def start(self, graph):
        self.run = subprocess.Popen([STREAMLIB, "run", graph, "--node", self.node], env=self.environment,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for actor in ("eye", "judge"):
            end = time.monotonic() + 30
            while self.streamlib("wait", actor, "--state", "RUNNING", "--timeout", "10s").returncode != 0:
                self.assertLess(time.monotonic(), end, f"{actor} does not become RUNNING")
                self.assertIsNone(self.run.poll(), "the node ended")
                time.sleep(0.02)

    def test_everybody_is_back(self):
        graph = Path(self.folder.name) / "graph.toml"
        graph.write_text('links = ["eye >> judge"]\n[clock]\nrate = "50"\n[actors.eye]\nclass = "TestPattern"\n'
                         'restart = "permanent"\n[actors.judge]\nclass = "Probe"\nrestart = "permanent"\n'
                         '[supervisors.node]\nintensity = 10000\nbackoff = "1ms..50ms"\n')
        self.start(str(graph))
        done = self.chaos("--for", "5s", "--every", "0.1s", "--services", "--seed", "5")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("seed 5", done.stdout)
        self.assertIn("all 2 actors are RUNNING", done.stdout)
        restarts = int(re.search(r"restarts seen: (\d+)", done.stdout)[1])
        self.assertGreater(restarts, 3, done.stdout)
        self.assertRegex(done.stdout, r"longest from a kill to RUNNING: \d+ ms \((eye|judge)\)")
        print(done.stdout)
        self.assertEqual(self.streamlib("stop").returncode, 0)
        self.assertEqual(self.run.wait(30), 0)

    def test_who_stays_away_is_told(self):
        self.start("TestPattern name=eye >> Probe name=judge restart=permanent")
        done = self.chaos("--for", "500ms", "--every", "50ms", "--only", "eye", "--signals", "KILL", "--quiet")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("not RUNNING again: eye is FAILED (signal 9 (SIGKILL)", done.stdout)

    def test_wrong_usage_says_what_is_right(self):
        self.assertEqual(self.chaos("--for", "long").returncode, 2)
        self.assertEqual(self.chaos("--signals", "NONSENSE").returncode, 2)
        nobody = self.chaos("--for", "1s")
        self.assertEqual(nobody.returncode, 1)
        self.assertIn(self.node, nobody.stderr)


if __name__ == "__main__":
    unittest.main()
