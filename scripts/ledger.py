#!/usr/bin/env python3
"""Counts what the policy checks find in corpora of real policies, and draws samples of it to read.

    python3 scripts/ledger.py KEYLINT NAME=DIR …              a table: check, severities, findings in each corpus
    python3 scripts/ledger.py KEYLINT --sample 15 NAME=DIR …  so many findings of each check, with their lines
        --check ID      this check only; may be given more than once
        --severity S    findings of this severity only; may be given more than once
        --context N     lines around a finding [default: 3]
    python3 scripts/ledger.py KEYLINT --skipped NAME=DIR …    what could not be read

A sample is the same each time that the findings are the same.
"""

import argparse
import collections
import hashlib
import json
import pathlib
import subprocess
import sys

SEVERITIES = ["critical", "high", "medium", "low", "note"]


def scan(program: str, directory: str) -> dict:
    """The report on a directory, without configuration and without what git ignores."""
    flags = ["--only", "policy", "--format", "json", "--no-config", "--no-ignore"]
    done = subprocess.run([program, "scan", *flags, directory], capture_output=True, check=False)
    if done.returncode not in (0, 1, 3):
        sys.exit(done.stderr.decode())
    return json.loads(done.stdout)


def table(reports: dict[str, dict]) -> None:
    """Prints how often each check reports in each corpus."""
    counts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    severities: dict[str, set[str]] = collections.defaultdict(set)
    for name, report in reports.items():
        for finding in report["findings"]:
            counts[finding["rule"]][name] += len(finding["places"])
            severities[finding["rule"]].add(finding["severity"])
    print("| check | severity |", " | ".join(reports), "| all |")
    print("|---|---|" + "--:|" * (len(reports) + 1))
    documents = [report["stats"]["documents"] for report in reports.values()]
    print("| *documents* | |", " | ".join(map(str, documents)), f"| {sum(documents)} |")

    def worst_first(check: str) -> tuple[int, str]:
        return min(map(SEVERITIES.index, severities[check])), check

    for check in sorted(counts, key=worst_first):
        levels = sorted(severities[check], key=SEVERITIES.index)
        levels = levels[0] if len(levels) == 1 else f"{levels[0]}–{levels[-1]}"
        row = [counts[check][name] or "" for name in reports]
        print(f"| `{check}` | {levels} |", " | ".join(map(str, row)), f"| {counts[check].total()} |")
    by_severity = collections.Counter()
    for report in reports.values():
        for finding in report["findings"]:
            by_severity[finding["severity"]] += len(finding["places"])
    print()
    print(", ".join(f"{severity}: {by_severity[severity]}" for severity in SEVERITIES))


def places(reports: dict[str, dict], args: argparse.Namespace) -> dict[str, list]:
    """The places of each wanted check, in an order that is arbitrary and always the same."""
    found = collections.defaultdict(list)
    for report in reports.values():
        for finding in report["findings"]:
            if args.check and finding["rule"] not in args.check:
                continue
            if args.severity and finding["severity"] not in args.severity:
                continue
            for place in finding["places"]:
                key = f"{place['origin']} {place['start']['offset']} {finding['rule']}"
                order = hashlib.sha256(key.encode()).hexdigest()
                found[finding["rule"]].append((order, finding, place))
    return {check: sorted(of, key=lambda one: one[0]) for check, of in sorted(found.items())}


def sample(reports: dict[str, dict], args: argparse.Namespace) -> None:
    """Prints some findings of each check with the lines they are about."""
    for check, of in places(reports, args).items():
        print(f"\n## {check}: {min(len(of), args.sample)} of {len(of)}")
        for _, finding, place in of[: args.sample]:
            first, last = place["start"]["line"], place["end"]["line"]
            print(f"\n{finding['severity']} {place['origin']}:{first}\n  {finding['message']}")
            lines = pathlib.Path(place["origin"]).read_bytes().decode(errors="replace").split("\n")
            start = max(0, first - 1 - args.context)
            end = min(last, first + 8) + args.context
            for number, line in enumerate(lines[start:end], start + 1):
                print(f"  {'>' if first <= number <= last else ' '}{number:5} {line[:200]}")


def skipped(reports: dict[str, dict]) -> None:
    """Prints what could not be read."""
    for report in reports.values():
        for one in report["skipped"]:
            print(f"{one['origin']}: {one['reason']}: {one['detail']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("corpora", nargs="+", metavar="NAME=DIR")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--check", action="append")
    parser.add_argument("--severity", action="append", choices=SEVERITIES)
    parser.add_argument("--context", type=int, default=3)
    parser.add_argument("--skipped", action="store_true")
    args = parser.parse_args()
    reports = {}
    for corpus in args.corpora:
        name, _, directory = corpus.partition("=")
        reports[name] = scan(args.program, directory)
    if args.skipped:
        skipped(reports)
    elif args.sample:
        sample(reports, args)
    else:
        table(reports)


if __name__ == "__main__":
    main()
