#!/usr/bin/env python3
"""Times keylint beside ripgrep on the same tree, in turn, and prints ratios.

    python3 scripts/compare.py TREE [KEYLINT …]      needs rg on the PATH, and a tree that fits into the page cache

Each round runs every command once; the first round only warms the cache. Wall time and processor time are medians of
the rounds, ratios are medians of the ratios within a round, so that a noisy machine slows both sides.
"""

import os
import resource
import statistics
import subprocess
import sys
import time

ROUNDS = 11


def run(command: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    tree, *programs = sys.argv[1:]
    programs = programs or ["target/release/keylint"]
    flags = ["scan", "--no-config", "--format", "json", "-o", os.devnull, tree]
    commands = {"rg": ["rg", "-uuu", "-c", "zqxjkv_rare", tree]}
    commands |= {program: [program, *flags] for program in programs}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for round_ in range(ROUNDS):
        for name, command in commands.items():
            measured = run(command)
            if round_ > 0:
                times[name].append(measured)
    print(f"{'':40} {'wall s':>8} {'cpu s':>8} {'wall/rg':>8} {'cpu/rg':>8}")
    for name, rows in times.items():
        median = [statistics.median(row[column] for row in rows) for column in (0, 1)]
        ratio = [
            statistics.median(row[column] / base[column] for row, base in zip(rows, times["rg"], strict=True))
            for column in (0, 1)
        ]
        print(f"{name[-40:]:40} {median[0]:8.3f} {median[1]:8.3f} {ratio[0]:8.2f} {ratio[1]:8.2f}")


if __name__ == "__main__":
    main()
