#!/usr/bin/env python3
"""Times `keylint git` and kingfisher on the history of one repository, in turn, and compares what keylint counted with git.

    pip install kingfisher-bin
    git clone --bare https://github.com/rails/rails rails.git
    scripts/compare_git.py --keylint target/release/keylint --kingfisher "$(command -v kingfisher)" rails.git

Prints medians of wall time, processor time and peak memory, and the ratios; then the numbers of objects as keylint and as
`git rev-list --objects --all` count them. Quote ratios of one run: seconds depend on the machine.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
import time


def run(command):
    """Wall seconds, processor seconds and peak memory in bytes of one run."""
    before = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - before
    # Findings are 1 for keylint, 200 and more for kingfisher.
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1, 3, 200, 205):
        raise SystemExit(f"{command[0]} ended with {code}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def counts(repository):
    """What git counts, by type; contents that a partial clone left out are not counted."""
    listed = subprocess.run(
        ["git", "-C", repository, "rev-list", "--objects", "--all", "--missing=allow-any", "--no-object-names"],
        check=True, capture_output=True,
    ).stdout
    checked = subprocess.run(
        ["git", "-C", repository, "cat-file", "--batch-check=%(objecttype)"],
        check=True, capture_output=True, input=listed,
    ).stdout
    types = checked.decode().split()
    return {f"{kind}s": types.count(kind) for kind in ("commit", "tree", "blob", "tag")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--keylint", default="target/release/keylint")
    parser.add_argument("--kingfisher", help="left out, keylint is timed alone")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("repository")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp()
    report = os.path.join(folder, "keylint.json")
    commands = {"keylint": [arguments.keylint, "git", "--no-config", "-q", "--format", "json", "-o", report]}
    if arguments.kingfisher:
        commands["kingfisher"] = [
            arguments.kingfisher, "scan", "--no-update-check", "-n", "--git-history", "full", "--turbo",
            "--no-extract-archives", "--no-binary", "-f", "jsonl", "-o", os.path.join(folder, "kingfisher.jsonl"),
        ]
    times = {name: [] for name in commands}
    # One round to warm up, then in turn, so that a slower moment hits all alike.
    for round_ in range(arguments.runs + 1):
        for name, command in commands.items():
            measured = run([*command, arguments.repository])
            if round_:
                times[name].append(measured)
    for name, measured in times.items():
        wall, processor, memory = (statistics.median(column) for column in zip(*measured))
        print(f"{name:11} {wall:7.2f} s wall {processor:7.2f} s processor {memory / 2**20:6.0f} MiB")
    if arguments.kingfisher:
        ratios = [theirs[0] / ours[0] for ours, theirs in zip(times["keylint"], times["kingfisher"])]
        print(f"kingfisher takes {statistics.median(ratios):.2f} times as long")
    packs = sum(
        entry.stat().st_size for entry in os.scandir(os.path.join(arguments.repository, "objects", "pack"))
        if entry.name.endswith(".pack")
    ) if os.path.isdir(os.path.join(arguments.repository, "objects", "pack")) else 0
    print(f"packs       {packs / 2**20:7.0f} MiB")
    with open(report, encoding="utf-8") as file:
        ours = json.load(file)["stats"]["git"]
    print("keylint", {kind: ours[kind] for kind in ("commits", "trees", "blobs", "tags")})
    print("git    ", counts(arguments.repository))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
