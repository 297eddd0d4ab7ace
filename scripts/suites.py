#!/usr/bin/env python3
"""Runs the workspace's test suites one after the other, each under its own name, and says how long each took and may take.

    scripts/suites.py [--without CRATE ...]

A suite over its budget (scripts/budgets.txt, seconds on two cores with everything compiled) fails the run: either it is
made quicker, or its budget is raised by hand, in a commit that says why.
"""
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def binaries(without):
    """(crate, executable, folder) of every test binary, in the order in which they were built."""
    build = ["cargo", "test", "--workspace", "--no-run", "--message-format=json-render-diagnostics"]
    out = subprocess.run(build, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if out.returncode != 0:
        sys.exit(out.returncode)
    found = []
    for line in out.stdout.splitlines():
        one = json.loads(line) if line.startswith("{") else {}
        if one.get("reason") == "compiler-artifact" and one.get("executable") and one["profile"]["test"]:
            folder = pathlib.Path(one["manifest_path"]).parent
            if folder.name not in without:
                found.append((folder.name, one["executable"], folder))
    return sorted(found, key=lambda one: one[0])


# A room's own tests stay under a minute, on whichever database.
ROOM_S = 60


def budgets():
    rows = (line.split() for line in (ROOT / "scripts/budgets.txt").read_text().splitlines())
    named = {row[0]: int(row[1]) for row in rows if row and not row[0].startswith("#")}
    rooms = {folder.name: ROOM_S for folder in (ROOT / "rooms").iterdir()}
    return rooms | named


def main():
    without = set(sys.argv[2:]) if sys.argv[1:2] == ["--without"] else set()
    may, took, bad = budgets(), {}, []
    for crate, executable, folder in binaries(without):
        print(f"     Running {crate}", flush=True)
        begun = time.monotonic()
        env = dict(os.environ, CARGO_MANIFEST_DIR=str(folder))
        if subprocess.run([executable], cwd=folder, env=env).returncode != 0:
            bad.append(f"{crate} failed")
        took[crate] = took.get(crate, 0) + time.monotonic() - begun
    print("── 用时（秒）／限额（同一台两核机器，已编译）")
    for crate, seconds in sorted(took.items(), key=lambda one: -one[1]):
        print(f"{crate:<18} {seconds:6.0f} / {may.get(crate, 0)}")
        if crate not in may:
            bad.append(f"{crate} has no budget: a line in scripts/budgets.txt")
        elif seconds > may[crate]:
            bad.append(f"{crate} took {seconds:.0f} s, may take {may[crate]}: make it quicker, or raise its budget by hand and say why")
    print(f"{'together':<18} {sum(took.values()):6.0f}")
    for one in bad:
        print(f"error: {one}")
    # Only what the tests themselves have not counted yet.
    over = [one for one in bad if not one.endswith(" failed")]
    if over:
        print(f"test result: FAILED. 0 passed; {len(over)} failed; budgets of suites")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
