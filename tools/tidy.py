#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of docs/STYLE.md that a few lines can check: sizes, licence line, names.

    tools/tidy.py [ROOT]      prints FILE:LINE: RULE for each violation, exit 1 if any
"""

import re
import subprocess
import sys
from pathlib import Path

# A little above what STYLE.md asks for, so that a file may breathe before it is split.
MOST_LINES = {".hpp": 200, ".cpp": 450}
MOST_COLUMNS = 130  # code: .clang-format's 100; comments may run over a little
BANNED = re.compile(r"(?:^|_)(manager|helper|helpers|util|utils|utility|common|info)(?:_|$)")
TYPE = re.compile(r"^\s*(?:class|struct|enum class|enum)\s+(\w+)\s*(?:final\s*)?(?::[^:]|\{|$)")
LICENSED = (".hpp", ".cpp", ".py", ".cmake", ".sh", ".pml")


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def files_of(root):
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, check=True).stdout.decode().split("\0")
    return [name for name in listed if name and (root / name).is_file()]


def check_file(root, path):
    file = root / path
    suffix = file.suffix
    if BANNED.search(file.stem.lower()):
        yield 1, f"'{file.stem}' says nothing: name it for what it does"
    if suffix not in LICENSED and file.name != "CMakeLists.txt":
        return
    lines = file.read_text(encoding="utf-8").splitlines()
    first = lines[1] if lines and lines[0].startswith("#!") and len(lines) > 1 else (lines[0] if lines else "")
    if "SPDX-License-Identifier: Apache-2.0" not in first:
        yield 1, "the first line must be the SPDX licence line (Apache-2.0)"
    if suffix not in MOST_LINES:
        return
    if len(lines) > MOST_LINES[suffix] and not path.startswith(("tests/", "bench/")):
        yield len(lines), f"{len(lines)} lines; {suffix} files have at most {MOST_LINES[suffix]}: split it"
    if suffix == ".hpp" and "#pragma once" not in lines:
        yield 1, "a header needs #pragma once"
    for number, line in enumerate(lines, 1):
        if len(line) > MOST_COLUMNS:
            yield number, f"{len(line)} columns; at most {MOST_COLUMNS}"
        if line != line.rstrip() or "\t" in line:
            yield number, "a tab or blanks at the end of a line"
        match = TYPE.match(line)
        if match and BANNED.search(snake(match[1])):
            yield number, f"'{match[1]}' says nothing: name it for what it does"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    status = 0
    for path in sorted(files_of(root)):
        for line, rule in check_file(root, path):
            print(f"{path}:{line}: {rule}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
