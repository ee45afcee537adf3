#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps the layers: who may include whom, and which library is touched where.

    tools/check_layers.py [ROOT]      prints FILE:LINE: RULE for each violation, exit 1 if any

    examples/ tests/ bench/ tools/    see everything, seen by nobody
    supervisor/   actors/             never see each other; an actor family sees itself and actors/*.hpp
    runtime/
    ipc/          ipc/base/           actors see runtime/ and ipc/base/ only

A library from outside is never in a header (tl::expected in ipc/base/error.hpp is the one exception), and is
touched in one source of a folder. A folder named after a library (actors/ffmpeg/) is its adapter as a whole: there every
source may touch it, and headers that do are private to the folder.
An include that no rule knows is an error too: name the library in LIBRARIES below.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

LAYERS = ("ipc", "runtime", "actors", "supervisor")
OUTER = ("examples", "tests", "bench", "tools")

# Library -> what its include paths begin with. Boost's parts are libraries of their own.
LIBRARIES = {
    "expected": ("tl/expected.hpp",),
    "iceoryx": ("iceoryx_", "iox/"),
    "boost": ("boost/",),
    "toml++": ("toml++/", "toml.hpp"),
    "cli11": ("CLI/",),
    "spdlog": ("spdlog/",),
    "fmt": ("fmt/",),
    "ffmpeg": ("libavformat/", "libavcodec/", "libavutil/", "libavfilter/", "libswscale/", "libswresample/"),
    "png": ("png.h",),
    "freetype": ("ft2build.h", "freetype/"),
    "cuda": ("cuda.h", "cuda_runtime", "nvml.h"),
    "liburing": ("liburing.h", "liburing/"),
    "zeromq": ("zmq.h", "zmq.hpp"),
    "benchmark": ("benchmark/",),
    "googletest": ("gtest/", "gmock/"),
}

# What ipc/ may touch: its layouts are the ABI between processes.
IPC_LIBRARIES = {"expected", "iceoryx", "boost.interprocess"}
HEADER_EXCEPTIONS = {("ipc/base/error.hpp", "expected")}

# Directories of the C library and the kernel, and POSIX's headers; C++'s own have no dot.
SYSTEM_DIRECTORIES = ("sys/", "linux/", "asm/", "bits/", "net/", "netinet/", "arpa/")
SYSTEM_HEADERS = {
    "cxxabi.h", "dirent.h", "dlfcn.h", "elf.h", "errno.h", "execinfo.h", "fcntl.h", "ftw.h", "getopt.h",
    "glob.h", "grp.h", "ifaddrs.h", "immintrin.h", "libgen.h", "limits.h", "link.h", "locale.h", "malloc.h",
    "netdb.h", "nmmintrin.h", "poll.h", "pthread.h", "pwd.h", "regex.h", "sched.h", "semaphore.h", "signal.h",
    "spawn.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "strings.h", "syscall.h", "sysexits.h",
    "termios.h", "time.h", "ucontext.h", "unistd.h", "wait.h", "x86intrin.h", "arm_neon.h", "fnmatch.h",
}

INCLUDE = re.compile(r'^\s*#\s*(?:include|include_next|import)\s*([<"])([^>"]+)[>"]')


def layer_of(path):
    """('actors', 'ffmpeg') for actors/ffmpeg/reader.cpp, ('ipc', 'base') for ipc/base/fd.cpp, ('runtime', '')."""
    parts = path.split("/")
    return parts[0], parts[1] if len(parts) > 2 else ""


def ours_allowed(source, target):
    """The rule that the include of `target` in `source` breaks, or None. Both are paths from the root."""
    layer, part = layer_of(source)
    other, other_part = layer_of(target)
    if other in OUTER:
        return f"{layer}/ must not include {other}/: it is not part of the product"
    if other not in LAYERS:
        return f'"{target}" is not a path from the repository root'
    if layer == "ipc":
        if other != "ipc":
            return f"ipc/ may include ipc/ only, not {other}/"
        if part == "base" and other_part != "base":
            return "ipc/base/ may include ipc/base/ only"
    elif layer == "runtime":
        if other not in ("ipc", "runtime"):
            return f"runtime/ may include ipc/ and runtime/ only, not {other}/"
    elif layer == "supervisor":
        if other == "actors":
            return "supervisor/ and actors/ never see each other"
    elif layer == "actors":
        if other == "supervisor":
            return "actors/ and supervisor/ never see each other"
        if other == "ipc" and other_part != "base":
            return "actors/ may include runtime/ and ipc/base/, not the rest of ipc/"
        if other == "actors" and other_part not in ("", part):
            return f"an actor family may include itself and actors/*.hpp, not actors/{other_part}/"
    return None


def library_of(header):
    for library, prefixes in LIBRARIES.items():
        if header.startswith(prefixes):
            if library == "boost":
                return "boost." + re.split(r"[/.]", header[len("boost/"):])[0]
            return library
    return None


def is_system(header):
    if header.startswith(SYSTEM_DIRECTORIES) or header in SYSTEM_HEADERS:
        return True
    return re.fullmatch(r"[a-z_0-9]+", header) is not None


def folder_of(path):
    return path.rsplit("/", 1)[0]


def is_adapter(path, library):
    # "boost.json" is at home in a folder json/ as well.
    return library is not None and folder_of(path).rsplit("/", 1)[-1] in (library, library.rsplit(".", 1)[-1])


def library_rule(path, library):
    if library == "googletest" or library == "benchmark":
        return f"{library} belongs to tests/ and bench/"
    if is_adapter(path, library):
        return None
    if path.endswith(".hpp") and (path, library) not in HEADER_EXCEPTIONS:
        return f"{library} in a header: a library from outside is touched in a source only"
    if path.startswith("ipc/") and library not in IPC_LIBRARIES:
        return f"ipc/ may touch {', '.join(sorted(IPC_LIBRARIES))}, not {library}"
    return None


def includes_of(file):
    """(line number, bracket, header) of each #include that is not inside a comment."""
    in_comment = False
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if in_comment:
            if "*/" not in line:
                continue
            line = line.split("*/", 1)[1]
            in_comment = False
        line = re.sub(r"/\*.*?\*/", " ", line)
        if "/*" in line.split("//", 1)[0]:
            in_comment = True
            line = line.split("/*", 1)[0]
        match = INCLUDE.match(line)
        if match:
            yield number, match[1], match[2]


def private_headers(files):
    """Headers of an adapter folder that bring its library along, themselves or through one another."""
    private = {path for path, includes in files.items() if path.endswith(".hpp")
               and any(is_adapter(path, library_of(header)) for _, _, header in includes)}
    while True:
        more = {path for path, includes in files.items() if path.endswith(".hpp") and path not in private
                and any(header in private and folder_of(header) == folder_of(path) for _, _, header in includes)}
        if not more:
            return private
        private |= more


def include_rule(root, private, path, bracket, header):
    """The rule that one include breaks, or None."""
    top = header.split("/", 1)[0]
    if bracket == "<" and (root / header).exists() and top in LAYERS + OUTER:
        return f"<{header}> is ours: include it with quotes"
    if bracket == "<" and is_system(header):
        return None
    if bracket == "<":
        library = library_of(header)
        if library is None:
            return f"<{header}> is of no library that tools/check_layers.py knows"
        return library_rule(path, library)
    rule = ours_allowed(path, header)
    if rule is None and not (root / header).exists():
        rule = f'"{header}" does not exist'
    if rule is None and header in private and folder_of(header) != folder_of(path):
        rule = f'"{header}" is private to {folder_of(header)}/: it brings a library along'
    return rule


def second_adapters(files):
    """Sources that touch a library which another source of the same folder touches already."""
    touched = defaultdict(dict)  # (folder, library) -> {source: first line}
    for path, includes in files.items():
        for line, bracket, header in includes:
            library = library_of(header) if bracket == "<" and not is_system(header) else None
            if library and path.endswith(".cpp") and not is_adapter(path, library):
                touched[folder_of(path), library].setdefault(path, line)
    for (folder, library), sources in touched.items():
        first, *rest = sorted(sources)
        for path in rest:
            yield path, sources[path], (f"{library} is touched in {first} already: "
                                        f"one adapter source for a library in {folder}/")


def check(root):
    """All violations as (file, line, rule), sorted."""
    files = {file.relative_to(root).as_posix(): list(includes_of(file))
             for layer in LAYERS for file in sorted((root / layer).rglob("*"))
             if file.suffix in (".hpp", ".cpp")}
    private = private_headers(files)
    found = list(second_adapters(files))
    for path, includes in files.items():
        for line, bracket, header in includes:
            rule = include_rule(root, private, path, bracket, header)
            if rule:
                found.append((path, line, rule))
    return sorted(found)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    missing = [layer for layer in LAYERS if not (root / layer).is_dir()]
    if missing:
        print(f"{root}: no folder {', '.join(missing)}; is this the repository's root?", file=sys.stderr)
        return 2
    found = check(root)
    for path, line, rule in found:
        print(f"{path}:{line}: {rule}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
