#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the ring protocol with SPIN: ring.pml in every configuration below, and that it has teeth.

    run_model.py [--long] [--only TEXT] [--work-dir DIR] [--keep]

Exit status: 0 all as expected, 1 a surprise, 77 SPIN or a C compiler is missing (ctest shows the test as skipped).
"""
import argparse
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# What must hold: the whole state space, no error. name: macros of ring.pml
PROOFS = {
    "latest, each dies": "PUBLISH=2 KILL_WRITER=1 KILL_0=1 KILL_1=1",
    "latest, slots come round again": "PUBLISH=3 KILL_WRITER=1",
    "latest and new": "KIND_1=New PUBLISH=2 KILL_1=1",
    "latest and new, the writer dies": "KIND_1=New PUBLISH=1 KILL_WRITER=1 KILL_1=1",
    "new alone": "READERS=1 KIND_0=New PUBLISH=3 KILL_WRITER=1 KILL_0=1",
    "join an empty ring": "JOIN=1 PUBLISH=3 START=0",
    "join, die, join": "JOIN=1 PUBLISH=3 START=1 KILL_1=1",
    "join with new": "JOIN=1 PUBLISH=2 KIND_1=New",
    "two open": "READERS=1 OPEN=2 PUBLISH=3 ABANDON=1 KILL_WRITER=1 KILL_0=1",
    "two open, new": "READERS=1 OPEN=2 PUBLISH=3 ABANDON=1 KIND_0=New",
    "sleep": "READERS=1 SLEEP=1 PUBLISH=3 KILL_WRITER=1 KILL_0=1",
    "two sleep": "SLEEP=1 PUBLISH=2 KILL_0=1",
    "sleep, new": "READERS=1 SLEEP=1 KIND_0=New PUBLISH=2 KILL_WRITER=1 KILL_0=1",
    "sleep on an eventfd": "READERS=1 SLEEP=2 PUBLISH=3 KILL_WRITER=1 KILL_0=1",
    "tap": "READERS=1 KIND_0=Tap SLOTS=3 PUBLISH=4 KILL_WRITER=2",
}

LONG_PROOFS = {
    "latest, each dies, 3 blocks": "PUBLISH=3 KILL_WRITER=1 KILL_0=1 KILL_1=1",
    "latest, the writer dies twice": "PUBLISH=2 KILL_WRITER=2 KILL_0=1 KILL_1=1",
    "latest, slots in any order": "PUBLISH=2 ANY_ORDER KILL_0=1",
    "latest and new, each dies": "KIND_1=New PUBLISH=1 KILL_WRITER=1 KILL_0=1 KILL_1=1",
    "latest and new, both ends die": "KIND_1=New PUBLISH=2 KILL_WRITER=1 KILL_1=1",
    "latest and new, 3 blocks": "KIND_1=New PUBLISH=3 KILL_1=1",
    "two new": "KIND_0=New KIND_1=New PUBLISH=1",
    "new alone, slots in any order": "READERS=1 KIND_0=New PUBLISH=3 ANY_ORDER",
    "join with new, 3 blocks": "JOIN=1 PUBLISH=3 KIND_1=New START=2",
    "two open, new, the writer dies": "READERS=1 OPEN=2 PUBLISH=2 ABANDON=1 KIND_0=New KILL_WRITER=1",
    "two open, two readers": "OPEN=2 PUBLISH=3 ABANDON=1",
    "two open, two readers, the writer dies": "OPEN=2 PUBLISH=2 ABANDON=1 KILL_WRITER=1",
    "two sleep, writer and one sleeper die": "SLEEP=1 PUBLISH=2 KILL_WRITER=1 KILL_0=1",
    "two sleep on eventfds": "SLEEP=2 PUBLISH=2 KILL_WRITER=1",
    "sleep, new, 3 blocks": "READERS=1 SLEEP=1 KIND_0=New PUBLISH=3 KILL_WRITER=1 KILL_0=1",
}

TORN = r"==content\["
NO_SLOT = r"pick<"
ASLEEP = r"asleep\["
NOT_MISSED = r"marked_once"
NO_BLOCK = r">after\)"

# What must be found: one rule broken, and the assertion that says so. name: (macros, assertion)
CONTROLS = {
    "read_latest does not look at newest again": ("BAD_NO_RECHECK READERS=1 PUBLISH=3", TORN),
    "read_new does not look at the state again": ("BAD_NEW_NO_RECHECK READERS=1 KIND_0=New", TORN),
    "pin by a plain release store": ("BAD_PLAIN_PIN READERS=1 PUBLISH=3", TORN),
    "mark by a plain release store": ("BAD_PLAIN_MARK READERS=1 KIND_0=New", TORN),
    "mark and newest by plain release stores": ("BAD_PLAIN_MARK BAD_PLAIN_NEWEST READERS=1 PUBLISH=3", TORN),
    "newest by a plain release store": ("BAD_PLAIN_NEWEST READERS=1 SLEEP=1", ASLEEP),
    "sleeping bit by a plain release store": ("BAD_PLAIN_BIT READERS=1 SLEEP=2", ASLEEP),
    "pins scanned before the slot is marked": ("BAD_SCAN_FIRST READERS=1 KIND_0=New", TORN),
    "cells in use loaded before the slot is marked": ("BAD_USED_BEFORE_MARK READERS=1 KIND_0=New PUBLISH=3 JOIN=1", TORN),
    "a pinned slot unmarked before the next is tried": ("BAD_ONE_PASS READERS=1 PUBLISH=3", NO_SLOT),
    "a slot too few, one reader": ("READERS=1 SLOTS=2 PUBLISH=3", NO_SLOT),
    "a slot too few, two readers": ("READERS=2 SLOTS=3 PUBLISH=3", NO_SLOT),
    "a slot too few, two open": ("READERS=1 OPEN=2 SLOTS=3 PUBLISH=3", NO_SLOT),
    "a dirty slot given back as clean": ("BAD_UNMARK_DIRTY READERS=1 KIND_0=New PUBLISH=3 ABANDON=1", TORN),
    "a new writer trusts the states": ("BAD_TRUST_STATES READERS=1 KIND_0=New KILL_WRITER=1", TORN + "|" + NO_BLOCK),
    "read_new looks beyond newest": ("BAD_NO_BOUND READERS=1 KIND_0=New", NOT_MISSED + "|" + TORN),
    "a living reader's cell cleared by a timeout": ("BAD_CLEAR_THE_LIVING READERS=1 PUBLISH=3", TORN),
    "no look before sleeping, futex": ("BAD_SLEEP_UNSEEN READERS=1 SLEEP=1", ASLEEP),
    "no look before sleeping, eventfd": ("BAD_SLEEP_UNSEEN READERS=1 SLEEP=2", ASLEEP),
    "no wake-up by the launcher, eventfd": ("BAD_NO_WAKE_FOR_THE_DEAD READERS=1 SLEEP=2 KILL_WRITER=1", ASLEEP),
    "sleepers looked for before publishing": ("BAD_WAKE_FIRST READERS=1 SLEEP=1", ASLEEP),
    "one of two sleepers woken": ("BAD_WAKE_ONE READERS=2 SLEEP=1 PUBLISH=1", ASLEEP),
    "no wake-up by the launcher, futex": ("BAD_NO_WAKE_FOR_THE_DEAD READERS=1 SLEEP=1 KILL_WRITER=1", ASLEEP),
}

# What must be possible at all: places that the proofs are about.
PROBES = {
    "marked_two": "READERS=1 PUBLISH=3",
    "took_the_earlier": "READERS=1 PUBLISH=3",
    "gave_back": "READERS=1 PUBLISH=3",
    "unpublished": "READERS=1 KILL_WRITER=1",
    "latest_again": "READERS=1",
    "patience": "READERS=1 KIND_0=New",
    "read_new_again": "READERS=1 KIND_0=New",
    "none_in_range": "READERS=1 KIND_0=New PUBLISH=3",
    "counted_missed": "READERS=1 KIND_0=New",
    "fell_asleep": "READERS=1 SLEEP=1",
    "launcher_woke": "READERS=1 SLEEP=1 KILL_WRITER=1",
}


class Surprise(Exception):
    pass


def run(command, folder):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def check(macros, folder, flags):
    """Returns (states, CPU seconds with compiling, peak MB, what pan says is wrong or None)."""
    folder.mkdir(parents=True)
    begin = cpu_seconds()
    status, said = run(["spin", "-a", *("-D" + m for m in macros.split()), str(HERE / "ring.pml")], folder)
    if status != 0 or not (folder / "pan.c").exists():
        raise Surprise("spin: " + said.strip())
    status, said = run([COMPILER, "-w", "-DSAFETY", "-DMEMLIM=4000", *flags, "-o", "pan", "pan.c"], folder)
    if status != 0:
        raise Surprise(f"{COMPILER}: " + said.strip()[-500:])
    _, said = run(["./pan", "-m1000000", "-w22"], folder)
    states = re.search(r"(\d+) states, stored", said)
    errors = re.search(r"errors: (\d+)", said)
    memory = re.search(r"([\d.]+)\s+total actual memory usage", said)
    if not states or not errors:
        raise Surprise("pan: " + said.strip()[-500:])
    wrong = re.search(r"^pan:1: (.*)$", said, re.MULTILINE)
    if errors[1] == "0":
        # Less than everything is not a proof.
        if "Search not completed" in said or "max search depth" in said or "out of memory" in said:
            raise Surprise("the search was cut short: " + said.strip()[:300])
        if "Full statespace search" not in said:
            raise Surprise("not a full search")
    return int(states[1]), cpu_seconds() - begin, float(memory[1]) if memory else 0.0, wrong[1] if errors[1] != "0" else None


def main():
    global COMPILER
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="the larger configurations instead")
    parser.add_argument("--only", default="", help="those whose name contains this")
    parser.add_argument("--work-dir", type=pathlib.Path, help="where SPIN's sources and trails go")
    parser.add_argument("--keep", action="store_true", help="keep them")
    options = parser.parse_args()

    COMPILER = shutil.which("gcc") or shutil.which("cc")
    if not shutil.which("spin") or not COMPILER:
        print("SKIPPED: the ring model needs spin and a C compiler (apt-get install spin gcc)")
        return 77

    if options.work_dir:
        options.work_dir.mkdir(parents=True, exist_ok=True)
    base = pathlib.Path(tempfile.mkdtemp(prefix="ring-model-", dir=options.work_dir))

    jobs = []
    if options.long:
        jobs += [("proof", name, macros, None, ["-O2", "-DCOLLAPSE"]) for name, macros in LONG_PROOFS.items()]
    else:
        jobs += [("probe", name, f"PROBE={name} {macros}", rf"!={name}|!=\d+", ["-O0"]) for name, macros in PROBES.items()]
        jobs += [("control", name, macros, found, ["-O0"]) for name, (macros, found) in CONTROLS.items()]
        jobs += [("proof", name, macros, None, ["-O1"]) for name, macros in PROOFS.items()]
    jobs = [job for job in jobs if options.only in job[1]]
    if not jobs:
        print(f"nothing is called '{options.only}'")
        return 1

    surprises = 0
    total = 0
    print(f"{'':8} {'configuration':50} {'states':>11} {'CPU s':>8} {'MB':>6}  verdict", flush=True)
    for number, (kind, name, macros, expected, flags) in enumerate(jobs):
        folder = base / str(number)
        try:
            states, seconds, memory, wrong = check(macros, folder, flags)
            total += states
            if expected is None:
                good = wrong is None
                verdict = "no error" if good else f"ERROR: {wrong}"
            else:
                good = wrong is not None and re.search(expected, wrong) is not None
                verdict = ("found" if kind == "control" else "reached") if good else f"NOT FOUND: {wrong or 'no error'}"
            print(f"{kind:8} {name:50} {states:11} {seconds:8.1f} {memory:6.0f}  {verdict}", flush=True)
        except Surprise as surprise:
            good = False
            print(f"{kind:8} {name:50} SURPRISE: {surprise}", flush=True)
        if not good:
            surprises += 1
            print(f"         again: cd {folder} && spin -t -p -k ring.pml.trail "
                  + " ".join("-D" + m for m in macros.split()) + f" {HERE / 'ring.pml'}", flush=True)
        elif not options.keep:
            shutil.rmtree(folder)
    print(f"{len(jobs)} checked, {total} states, {cpu_seconds():.0f} s of CPU, {surprises} surprises")
    if surprises == 0 and not options.keep:
        shutil.rmtree(base)
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
