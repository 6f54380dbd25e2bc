#!/usr/bin/env python3
"""Runs commands in turn, and prints what each takes and how that compares with the first.

    python3 scripts/in_turn.py ROUNDS NAME COMMAND [NAME COMMAND …]

Commands are run by sh; what they print is thrown away. One round warms the caches, the others count. Wall time, processor time
and peak memory (of the largest process of a command) are medians of the rounds; ratios are medians of the ratios within a round,
so that a slow moment of the machine hits all alike. Quote ratios of one run: seconds depend on the machine.
"""

import os
import statistics
import subprocess
import sys
import time


def run(command: str) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak memory in bytes of one run, with everything that it waits for."""
    before = time.monotonic()
    process = subprocess.Popen(["sh", "-c", command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - before
    code = os.waitstatus_to_exitcode(status)
    # Findings are 1 for keylint, 200 and more for kingfisher; nothing found is 1 for ripgrep.
    if code not in (0, 1, 3, 200, 205):
        raise SystemExit(f"`{command}` ended with {code}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def main() -> None:
    rounds, *rest = sys.argv[1:]
    commands = dict(zip(rest[::2], rest[1::2], strict=True))
    measured: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
    for round_ in range(int(rounds) + 1):
        for name, command in commands.items():
            row = run(command)
            if round_:
                measured[name].append(row)
    first = measured[next(iter(commands))]
    print(f"{'':16} {'wall':>9} {'processor':>11} {'memory':>10}   {'wall':>6} {'processor':>9}")
    for name, rows in measured.items():
        wall, processor, memory = (statistics.median(column) for column in zip(*rows, strict=True))
        ratios = (
            statistics.median(row[column] / base[column] for row, base in zip(rows, first, strict=True))
            for column in (0, 1)
        )
        print(f"{name:16} {wall:7.3f} s {processor:9.3f} s {memory / 2**20:6.0f} MiB   {' x '.join(f'{r:6.2f}' for r in ratios)} x")


if __name__ == "__main__":
    main()
