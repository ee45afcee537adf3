# SPDX-License-Identifier: Apache-2.0
"""Plants each violation in a small tree and expects tools/check_layers.py to name it, and no other."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "check_layers.py"

CLEAN = {
    "ipc/base/error.hpp": "#include <tl/expected.hpp>\n#include <string>\n",
    "ipc/ring.hpp": '#include <atomic>\n#include <linux/futex.h>\n#include "ipc/base/error.hpp"\n',
    "ipc/segment.cpp": '#include <iceoryx_hoofs/posix_wrapper/shared_memory_object.hpp>\n#include "ipc/ring.hpp"\n',
    "runtime/actor.hpp": '#include "ipc/ring.hpp"\n',
    "runtime/graph_file.cpp": '#include <toml++/toml.h>\n#include "runtime/actor.hpp"\n',
    "actors/pattern.hpp": '#include "runtime/actor.hpp"\n#include "ipc/base/error.hpp"\n',
    "actors/ffmpeg/reader.cpp": 'extern "C" {\n#include <libavformat/avformat.h>\n}\n#include "actors/pattern.hpp"\n',
    "actors/ffmpeg/av_ptr.hpp": "#include <libavutil/frame.h>\n",
    "actors/ffmpeg/av_file.hpp": '#include "actors/ffmpeg/av_ptr.hpp"\n',
    "actors/ffmpeg/ffmpeg.hpp": '#include "runtime/actor.hpp"\n',
    "actors/ffmpeg/writer.cpp": '#include <libavformat/avformat.h>\n#include "actors/ffmpeg/av_file.hpp"\n',
    "actors/video/bars.cpp": '#include "actors/pattern.hpp"\n',
    "supervisor/launcher.cpp": '#include "runtime/actor.hpp"\n#include "ipc/ring.hpp"\n#include <sys/wait.h>\n',
    "tests/a_test.cpp": '#include <gtest/gtest.h>\n#include "supervisor/x.hpp"\n#include "actors/pattern.hpp"\n',
}

# (file, a line added to it, words that the report must have)
VIOLATIONS = [
    ("ipc/ring.hpp", '#include "runtime/actor.hpp"', "ipc/ may include ipc/ only"),
    ("ipc/base/error.hpp", '#include "ipc/ring.hpp"', "ipc/base/ may include ipc/base/ only"),
    ("runtime/actor.hpp", '#include "actors/pattern.hpp"', "runtime/ may include ipc/ and runtime/ only"),
    ("runtime/actor.hpp", '#include "supervisor/launcher.hpp"', "runtime/ may include ipc/ and runtime/ only"),
    ("actors/pattern.hpp", '#include "supervisor/launcher.hpp"', "never see each other"),
    ("supervisor/launcher.cpp", '#include "actors/pattern.hpp"', "never see each other"),
    ("actors/pattern.hpp", '#include "ipc/ring.hpp"', "not the rest of ipc/"),
    ("actors/video/bars.cpp", '#include "actors/ffmpeg/ffmpeg.hpp"', "not actors/ffmpeg/"),
    ("supervisor/launcher.cpp", '#include "tests/a_test.hpp"', "not part of the product"),
    ("runtime/actor.hpp", '#include "actor_base.hpp"', "not a path from the repository root"),
    ("runtime/actor.hpp", '#include "runtime/no_such_file.hpp"', "does not exist"),
    ("runtime/actor.hpp", "#include <ipc/ring.hpp>", "include it with quotes"),
    ("runtime/actor.hpp", "#include <fmt/format.h>", "fmt in a header"),
    ("ipc/ring.hpp", "#include <tl/expected.hpp>", "expected in a header"),
    ("actors/pattern.hpp", "#include <libavutil/frame.h>", "ffmpeg in a header"),
    ("actors/ffmpeg/ffmpeg.hpp", "#include <png.h>", "png in a header"),
    ("actors/video/bars.cpp", '#include "actors/ffmpeg/av_file.hpp"', "not actors/ffmpeg/"),
    ("ipc/segment.cpp", "#include <spdlog/spdlog.h>", "not spdlog"),
    ("ipc/segment.cpp", "#include <boost/json.hpp>", "not boost.json"),
    ("runtime/other.cpp", "#include <toml++/toml.h>", "touched in runtime/graph_file.cpp already"),
    ("runtime/graph_file.cpp", "#include <surprise/library.h>", "no library that"),
    ("runtime/graph_file.cpp", "#include <gtest/gtest.h>", "belongs to tests/"),
]

NOT_INCLUDES = '// #include "supervisor/x.hpp"\n/* #include "supervisor/x.hpp"\n#include "actors/y.hpp"\n*/\n'


class CheckLayers(unittest.TestCase):
    def report(self, extra=None):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            tree = dict(CLEAN)
            if extra:
                tree[extra[0]] = tree.get(extra[0], "") + extra[1] + "\n"
            for path, text in tree.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            done = subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True, check=False)
            return done.returncode, done.stdout.splitlines()

    def test_a_clean_tree_passes(self):
        self.assertEqual(self.report(), (0, []))

    def test_each_violation_is_named_with_file_and_line(self):
        for path, line, words in VIOLATIONS:
            with self.subTest(path=path, line=line):
                status, lines = self.report((path, line))
                self.assertEqual(status, 1)
                self.assertEqual(len(lines), 1, lines)
                number = CLEAN.get(path, "").count("\n") + 1
                self.assertTrue(lines[0].startswith(f"{path}:{number}: "), lines[0])
                self.assertIn(words, lines[0])

    def test_a_comment_is_no_include(self):
        self.assertEqual(self.report(("ipc/ring.hpp", NOT_INCLUDES)), (0, []))

    def test_an_include_after_a_comment_counts(self):
        status, _ = self.report(("ipc/ring.hpp", '/* why */ #include "runtime/actor.hpp"'))
        self.assertEqual(status, 1)

    def test_a_header_that_brings_a_library_is_private_to_its_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for path, text in {
                "ipc/iceoryx/shm.hpp": "#include <iceoryx_hoofs/shm.hpp>\n",
                "ipc/iceoryx/through.hpp": '#include "ipc/iceoryx/shm.hpp"\n',
                "ipc/segment.cpp": '#include "ipc/iceoryx/through.hpp"\n',
                "runtime/x.cpp": "", "actors/x.cpp": "", "supervisor/x.cpp": "",
            }.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            done = subprocess.run([sys.executable, SCRIPT, root], capture_output=True, text=True, check=False)
            self.assertEqual(done.stdout.splitlines(), [
                'ipc/segment.cpp:1: "ipc/iceoryx/through.hpp" is private to ipc/iceoryx/: it brings a library along'])

    def test_a_wrong_root_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, SCRIPT, folder], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
