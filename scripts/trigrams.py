#!/usr/bin/env python3
"""Make rules/secrets/trigrams.bin: how surprising a letter is after the two letters before it.

  scripts/trigrams.py sqlite3.c > rules/secrets/trigrams.bin

The text is SQLite's source, which is in the public domain (https://sqlite.org/copyright.html): technical English in
comments, and identifiers of the kind that programs are made of. To it come the 2048 words of BIP 39. A word counts
1 + ln(occurrences), so that the frequent ones do not drown the rest.

The table has 27 * 27 * 27 bytes: index 27 * 27 * a + 27 * b + c, where 0 is the edge of a word and 1 to 26 are the
letters. A byte is the surprisal of c after a and b in sixteenths of a bit, at most 255.
"""
import collections
import math
import os
import re
import sys

SMOOTHING = 0.02  # added to every count, so that no trigram is impossible


def words(text):
    for run in re.findall(r"[A-Za-z]+", text):
        for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", run):
            if len(word) >= 2:
                yield word.lower()


def main():
    counts = collections.Counter()
    for path in sys.argv[1:]:
        with open(path, encoding="utf8", errors="replace") as f:
            counts.update(words(f.read()))
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "../rules/secrets/bip39-english.txt"), encoding="utf8") as f:
        for word in f.read().split():
            counts[word] += 3

    table = [[[SMOOTHING] * 27 for _ in range(27)] for _ in range(27)]
    for word, count in counts.items():
        weight = 1 + math.log(count)
        places = [0, 0] + [ord(c) - 96 for c in word] + [0]
        for a, b, c in zip(places, places[1:], places[2:]):
            table[a][b][c] += weight
    out = bytearray()
    for plane in table:
        for row in plane:
            total = sum(row)
            out += bytes(min(255, round(-16 * math.log2(n / total))) for n in row)
    sys.stdout.buffer.write(out)


if __name__ == "__main__":
    main()
