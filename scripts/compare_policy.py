#!/usr/bin/env python3
"""Times keylint beside parliament and cfn-lint on the same policies and templates, in turn, and prints ratios.

    python3 scripts/compare_policy.py [--keylint PROGRAM] [--rounds N] POLICIES [TEMPLATES]

POLICIES is a folder of JSON with policy documents in it, as files or within what `aws iam get-policy-version` prints;
TEMPLATES is a folder of CloudFormation. Run it with the Python of an environment where the others are installed:

    python3 -m venv tools && tools/bin/pip install parliament cfn-lint 'setuptools<81'

Each document is written to a file of its own first, so that all tools read the same. keylint is a new process on one
thread each time, start-up and reading included. parliament runs within this process, so that neither Python's start
nor its own is counted, nor the reading of files; its command line is timed once. cfn-lint is its command line, once
over all templates. Times are medians of the rounds, ratios medians of the ratios within a round. What is missing is
said and left out.
"""

import argparse
import contextlib
import importlib.metadata
import io
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

TEMPLATE_SUFFIXES = {".json", ".yaml", ".yml", ".template"}


def documents(value: object) -> Iterator[dict]:
    """The policy documents in a value, wherever they lie."""
    if isinstance(value, dict) and "Statement" in value and "Version" in value:
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from documents(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from documents(inner)


def extract(folder: pathlib.Path, to: pathlib.Path) -> list[str]:
    """Writes every document under a folder to a file of its own."""
    texts = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with contextlib.suppress(ValueError, UnicodeDecodeError):
            texts += [json.dumps(document, indent=2) for document in documents(json.loads(path.read_text()))]
    for number, text in enumerate(texts):
        (to / f"{number:06}.json").write_text(text)
    return texts


def templates(folder: pathlib.Path, to: pathlib.Path) -> list[str]:
    """Copies every CloudFormation template under a folder."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in TEMPLATE_SUFFIXES and path.is_file():
            text = path.read_bytes()
            if b"Resources" in text and b"AWS::" in text:
                (to / f"{len(os.listdir(to)):06}{path.suffix}").write_bytes(text)
    return sorted(str(to / name) for name in os.listdir(to))


def seconds(job: Callable[[], object]) -> float:
    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        job()
    return time.perf_counter() - started


def command(*parts: str) -> Callable[[], object]:
    return lambda: subprocess.run(parts, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def keylint(program: str, folder: pathlib.Path) -> Callable[[], object]:
    flags = ["--no-config", "--threads", "1", "--only", "policy", "--format", "json", "-o", os.devnull]
    return command(program, "scan", *flags, str(folder))


def parliament(texts: list[str]) -> Callable[[], object] | None:
    try:
        from parliament import analyze_policy_string
    except ImportError as error:
        print(f"not measured: parliament within this process ({error})")
        return None

    def run() -> None:
        # A document that it cannot take is one that it is done with.
        failed = 0
        for text in texts:
            try:
                analyze_policy_string(text)
            except Exception:  # noqa: BLE001
                failed += 1
        failures.append(failed)

    failures: list[int] = []
    run()
    print(f"parliament fails on {failures[0]} of {len(texts)} documents")
    return run


def command_line(program: str, folder: pathlib.Path, count: int) -> str:
    """How long parliament's command line takes for a folder, once."""
    flags = ["--directory", str(folder), "--include_policy_extension", "json"]
    started = time.perf_counter()
    done = subprocess.run([program, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    took = time.perf_counter() - started
    if b"Traceback" in done.stderr:
        return f"not measured: it stopped with {done.stderr.decode().strip().splitlines()[-1]}"
    return f"{took:10.3f} {count / took:11.0f}"


def tool(name: str) -> str | None:
    """A program beside this Python, or on the PATH."""
    beside = pathlib.Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        print(f"not measured: {name} (not found)")
    return found


def version(name: str) -> str:
    try:
        return f"{name} {importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        return name


def compare(what: str, count: int, jobs: dict[str, Callable[[], object]], rounds: int) -> None:
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            times[name].append(seconds(job))
    base = times["keylint"]
    print(f"\n{count} {what}, {rounds} rounds{'':12} {'seconds':>10} {'per second':>11} {'times keylint':>14}")
    for name, row in times.items():
        ratio = statistics.median(own / other for own, other in zip(row, base, strict=True))
        median = statistics.median(row)
        print(f"  {name:40} {median:10.3f} {count / median:11.0f} {ratio:14.1f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--keylint", default="target/release/keylint")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("policies", type=pathlib.Path)
    options.add_argument("templates", type=pathlib.Path, nargs="?")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folders = [pathlib.Path(scratch) / name for name in ("policies", "templates")]
        for folder in folders:
            folder.mkdir()
        texts = extract(given.policies, folders[0])
        jobs = {"keylint": keylint(given.keylint, folders[0])}
        if within := parliament(texts):
            jobs[f"{version('parliament')}, within Python"] = within
        program = tool("parliament")
        seconds(jobs["keylint"])  # Only fills the page cache.
        compare("policies", len(texts), jobs, given.rounds)
        if program:
            name = f"{version('parliament')}, command line, once"
            print(f"  {name:40} {command_line(program, folders[0], len(texts))}")
        if given.templates is None:
            print("\nnot measured: templates (no folder given)")
            return
        names = templates(given.templates, folders[1])
        jobs = {"keylint": keylint(given.keylint, folders[1])}
        if program := tool("cfn-lint"):
            jobs[f"{version('cfn-lint')}, command line"] = command(program, "--format", "json", *names)
        seconds(jobs["keylint"])
        compare("templates", len(names), jobs, given.rounds)


if __name__ == "__main__":
    main()
