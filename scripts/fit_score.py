#!/usr/bin/env python3
"""Fit the weights of rules/secrets/score.toml to labelled candidates.

  keylint explain --no-config --reveal --format jsonl FOLDER > candidates.jsonl
  scripts/fit_score.py --labels labels.jsonl --candidates candidates.jsonl --root FOLDER > rules/secrets/score.toml

`labels.jsonl` has a line for each labelled stretch of lines: {"path", "line_start", "line_end", "truth": "T"|"F"|"X"},
with paths relative to the folder. A candidate on a line with a T is a secret; on a line with another label it is none;
on a line that nobody labelled it is taken for none, at half the weight. Needs numpy and scikit-learn.

The model is a logistic regression with an L2 penalty, so that a term that the labels hardly touch stays near zero.
"""
import argparse
import collections
import json
import os
import sys

import numpy
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

PENALTY = 0.5  # scikit-learn's C: smaller is more cautious
# What a path says is a decision, not a measurement: labels count secrets of tests as secrets, readers of a report do not
# want to begin with them.
DECIDED = {"path-test": -0.4, "path-locale": -2.0, "path-generated": -0.7}


def read_jsonl(path):
    with open(path, encoding="utf8") as f:
        return [json.loads(line) for line in f if line.strip()]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--labels", required=True)
    ap.add_argument("--candidates", required=True)
    ap.add_argument("--root", required=True)
    args = ap.parse_args()

    truth = collections.defaultdict(dict)
    for row in read_jsonl(args.labels):
        for line in range(row["line_start"], min(row["line_end"], row["line_start"] + 120) + 1):
            known = truth[row["path"]].get(line)
            truth[row["path"]][line] = "T" if "T" in (known, row["truth"]) else "F"

    rows = [c for c in read_jsonl(args.candidates) if c["terms"] is not None and c["filter"] is None]
    names = sorted({name for row in rows for name in row["terms"]} - {"bias", *DECIDED})
    x = numpy.zeros((len(rows), len(names)))
    y, weight, group = [], [], []
    for i, row in enumerate(rows):
        for name, amount in row["terms"].items():
            if name in names:
                x[i, names.index(name)] = amount
        path = os.path.relpath(row["origin"], args.root)
        label = truth.get(path, {}).get(row["line"])
        y.append(label == "T")
        weight.append(0.5 if label is None else 1.0)
        group.append(path.split("/")[0])
    y, weight = numpy.array(y), numpy.array(weight)

    model = LogisticRegression(C=PENALTY, max_iter=5000)
    tp = fp = fn = 0
    for train, test in GroupKFold(8).split(x, y, group):
        model.fit(x[train], y[train], sample_weight=weight[train])
        said = model.predict_proba(x[test])[:, 1] >= 0.5
        tp += (said & y[test]).sum()
        fp += (said & ~y[test]).sum()
        fn += (~said & y[test]).sum()
    precision, recall = tp / (tp + fp), tp / (tp + fn)
    note = (f"{len(rows)} candidates of {len(set(group))} repositories, {y.sum()} of them secrets; on repositories left out of "
            f"the fit: precision {precision:.3f}, recall {recall:.3f}")
    print(note, file=sys.stderr)

    model.fit(x, y, sample_weight=weight)
    print("# Weights of the terms by which the value of an assignment is judged (src/secrets/score.rs). The sum is a log-odds.")
    print("# Made by scripts/fit_score.py: " + note.replace("; ", ";\n# ") + ".")
    print("[weights]")
    print(f'"bias" = {model.intercept_[0]:.3f}')
    for name, value in sorted([*zip(names, model.coef_[0]), *DECIDED.items()]):
        if abs(value) >= 0.005:
            print(f'"{name}" = {value:.3f}')


if __name__ == "__main__":
    main()
