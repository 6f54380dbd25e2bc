#!/usr/bin/env python3
"""Fit the weights of rules/secrets/score.toml to labelled candidates, and write the trade-off between precision and recall.

  keylint explain --no-config --reveal --format jsonl FOLDER > candidates.jsonl
  scripts/reword.py --labels labels.jsonl --root FOLDER --words /usr/share/dict/words --out REWORDED
  keylint explain --no-config --reveal --format jsonl REWORDED > reworded.jsonl
  scripts/fit_score.py --labels labels.jsonl --candidates candidates.jsonl --root FOLDER \
      --reworded reworded.jsonl --reworded-root REWORDED --curve docs/score.md > rules/secrets/score.toml

`labels.jsonl` has a line for each labelled stretch of lines: {"path", "line_start", "line_end", "truth": "T"|"F"|"X"},
with paths relative to the folder. A candidate on a line with a T is a secret; on a line with another label it is none;
on a line that nobody labelled it is taken for none, at half the weight. Of the reworded files (see scripts/reword.py)
only the candidates whose value changed are taken. Needs numpy and scikit-learn.

The model is a logistic regression with an L2 penalty, so that a term that the labels hardly touch stays near zero. All
figures are of repositories left out of the fit.
"""
import argparse
import collections
import json
import os
import re
import sys

import numpy
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

PENALTY = 0.5  # scikit-learn's C: smaller is more cautious
FOLDS = 12
UNLABELLED = 0.5
REWORDED = 0.6
# What a path says is a decision, not a measurement: labels count secrets of tests as secrets, readers of a report do not
# want to begin with them.
DECIDED = {"path-test": -0.4, "path-locale": -2.0, "path-generated": -0.7}
# These are too rare in the labels to be measured.
DECIDED |= {"words-follow": -1.5, "operator-sql": 0.5, "operator-flag": 0.0, "operator-entry": 0.8, "operator-pair": 0.5}
THRESHOLDS = (0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
Row = collections.namedtuple("Row", "terms label repository place value is_reworded")


def read_jsonl(path):
    with open(path, encoding="utf8") as f:
        return [json.loads(line) for line in f if line.strip()]


def read_truth(path):
    truth = collections.defaultdict(dict)
    for row in read_jsonl(path):
        for line in range(row["line_start"], min(row["line_end"], row["line_start"] + 120) + 1):
            known = truth[row["path"]].get(line)
            truth[row["path"]][line] = "T" if "T" in (known, row["truth"]) else "F"
    return truth


def read_candidates(path, root, truth, is_reworded=False):
    for row in read_jsonl(path):
        if row["terms"] is not None and row["filter"] is None:
            file = os.path.relpath(row["origin"], root)
            label = truth.get(file, {}).get(row["line"])
            place = (file, row["line"], row["column"])
            yield Row(row["terms"], label, file.split("/")[0], place, row["value"], is_reworded)


def matrix(rows, names):
    x = numpy.zeros((len(rows), len(names)))
    column = {name: at for at, name in enumerate(names)}
    for i, row in enumerate(rows):
        for name, amount in row.terms.items():
            if name in column:
                x[i, column[name]] = amount
    return x


def left_out(x, y, weight, rows):
    """The probability of each row by a model that has not seen its repository."""
    decided = numpy.array([sum(row.terms.get(name, 0) * value for name, value in DECIDED.items()) for row in rows])
    p = numpy.zeros(len(rows))
    for train, test in GroupKFold(FOLDS).split(x, y, [row.repository for row in rows]):
        model = LogisticRegression(C=PENALTY, max_iter=5000).fit(x[train], y[train], sample_weight=weight[train])
        p[test] = 1 / (1 + numpy.exp(-(model.decision_function(x[test]) + decided[test])))
    return p


def curve(p, y, again):
    """Threshold, precision, recall, and the recall of passwords that are words."""
    for threshold in THRESHOLDS:
        said = p >= threshold
        tp, fp = (said & y & ~again).sum(), (said & ~y & ~again).sum()
        yield threshold, tp / (tp + fp), tp / (y & ~again).sum(), (said & again).sum() / max(1, again.sum())


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("labels", "candidates", "root", "reworded", "reworded-root"):
        ap.add_argument(f"--{name}", required=True)
    ap.add_argument("--curve", help="the page whose table is to be written again")
    args = ap.parse_args()

    truth = read_truth(args.labels)
    rows = list(read_candidates(args.candidates, args.root, truth))
    before = {row.place: row.value for row in rows}
    again = read_candidates(args.reworded, args.reworded_root, truth, True)
    rows += [row for row in again if row.label == "T" and before.get(row.place) != row.value]

    names = sorted({name for row in rows for name in row.terms} - {"bias", *DECIDED})
    x, y = matrix(rows, names), numpy.array([row.label == "T" for row in rows])
    is_again = numpy.array([row.is_reworded for row in rows])
    weight = numpy.array([UNLABELLED if row.label is None else 1.0 for row in rows])
    weight[is_again] = REWORDED

    points = list(curve(left_out(x, y, weight, rows), y, is_again))
    _, precision, recall, words = next(point for point in points if point[0] == 0.5)
    note = (f"{(~is_again).sum()} candidates of {len({row.repository for row in rows})} repositories, {(y & ~is_again).sum()} of them "
            f"secrets, and {is_again.sum()} reworded ones;\n# on repositories left out of the fit: precision {precision:.3f}, "
            f"recall {recall:.3f}, recall of reworded passwords {words:.3f}")
    print(note.replace("\n# ", " "), file=sys.stderr)
    if args.curve:
        write_curve(args.curve, points)

    model = LogisticRegression(C=PENALTY, max_iter=5000).fit(x, y, sample_weight=weight)
    print("# Weights of the terms by which the value of an assignment is judged (src/secrets/score.rs). The sum is a log-odds.")
    print(f"# Made by scripts/fit_score.py: {note}.")
    print("[weights]")
    print(f'"bias" = {model.intercept_[0]:.3f}')
    for name, value in sorted([*zip(names, model.coef_[0]), *DECIDED.items()]):
        if abs(value) >= 0.005:
            print(f'"{name}" = {value:.3f}')


def write_curve(path, points):
    table = "\n".join(f"| {t:.2f} | {p:.3f} | {r:.3f} | {2 * p * r / (p + r):.3f} | {w:.3f} |" for t, p, r, w in points)
    with open(path, encoding="utf8") as f:
        text = f.read()
    text = re.sub(r"(\|---\|---\|---\|---\|---\|\n)(\|.*\n)*", lambda found: found[1] + table + "\n", text)
    with open(path, "w", encoding="utf8") as f:
        f.write(text)


if __name__ == "__main__":
    main()
