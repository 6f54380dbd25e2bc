#!/usr/bin/env python3
"""Give passwords of a labelled corpus their words back.

  scripts/reword.py --labels labels.jsonl --root FOLDER --words /usr/share/dict/words --out REWORDED

A corpus that may be published has its true passwords replaced by random letters of the same shape: `Sommer2024!` stands there
as `Kqwvxe2024!`. A score that is fitted to it learns that words are no passwords, and misses those that people make up. This
writes a second copy of the files in which such passwords are words of the same length again; `scripts/fit_score.py` takes both.
Only values are touched that can have been words: runs of three letters or more, in lower case, upper case or capitalised.
`labels.jsonl` needs "value" beside "path", "line_start", "line_end", "truth" and "categories". Any list of words will do;
Debian's `wamerican` was used.
"""
import argparse
import collections
import json
import os
import random
import re
import shutil

LONGEST = 24
PASSWORDS = {"Password", "SQL Password", "CMD Password"}


def read_words(path):
    words = collections.defaultdict(list)
    with open(path, encoding="utf8") as f:
        for word in map(str.strip, f):
            if re.fullmatch("[a-z]{3,14}", word):
                words[len(word)].append(word)
    return words


def word_like(run, words, rnd):
    """A word, or two, of the length and the case of a run of letters; None when its case is not that of a word."""
    half = len(run) // 2
    lengths = [len(run)] if len(run) in words else [half, len(run) - half]
    if any(length not in words for length in lengths):
        return None
    word = "".join(rnd.choice(words[length]) for length in lengths)
    for test, change in ((str.islower, str), (str.isupper, str.upper), (str.istitle, str.capitalize)):
        if test(run):
            return change(word)
    return None


def reword(value, words, rnd):
    parts = re.split("([A-Za-z]+)", value)
    runs = parts[1::2]
    if not 4 <= len(value) <= LONGEST or not runs or min(map(len, runs)) < 3:
        return None
    parts[1::2] = [word_like(run, words, rnd) for run in runs]
    return None if None in parts else "".join(parts)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("labels", "root", "words", "out"):
        ap.add_argument(f"--{name}", required=True)
    args = ap.parse_args()
    words, rnd = read_words(args.words), random.Random(5)

    by_path = collections.defaultdict(list)
    with open(args.labels, encoding="utf8") as f:
        for row in map(json.loads, f):
            is_password = row["truth"] == "T" and PASSWORDS & set(row["categories"])
            if is_password and row.get("value") and row["line_start"] == row["line_end"]:
                by_path[row["path"]].append(row)
    shutil.rmtree(args.out, ignore_errors=True)
    changed = 0
    for path, rows in sorted(by_path.items()):
        with open(os.path.join(args.root, path), encoding="utf8", errors="surrogateescape", newline="") as f:
            lines = f.read().split("\n")
        before = list(lines)
        for row in rows:
            at, value = row["line_start"] - 1, row["value"]
            new = reword(value, words, rnd)
            if new and at < len(lines) and value in lines[at]:
                lines[at] = lines[at].replace(value, new, 1)
                changed += 1
        if lines != before:
            out = os.path.join(args.out, path)
            os.makedirs(os.path.dirname(out), exist_ok=True)
            with open(out, "w", encoding="utf8", errors="surrogateescape", newline="") as f:
                f.write("\n".join(lines))
    print(f"{changed} passwords reworded, in {len(by_path)} files")


if __name__ == "__main__":
    main()
