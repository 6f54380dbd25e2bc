#!/usr/bin/env python3
"""Writes a rule file with a copy of every built-in rule, to measure what twice as many rules cost.

    scripts/double_rules.py > double.toml
    keylint scan --rules double.toml TREE

Ids, words, prefixes and literals of the copies are made of other letters: vowels become vowels and consonants consonants
about as common, so that the words begin like words of real texts.
"""

import json
import pathlib
import re
import sys
import tomllib

RULES = pathlib.Path(__file__).parent.parent / "rules" / "secrets"
OTHERS = str.maketrans(
    "aeiouybcdfghjklmnpqrstvwxz" + "AEIOUYBCDFGHJKLMNPQRSTVWXZ",
    "eaoiyupdcgfkqhrwtbxlnmzvjs" + "EAOIYUPDCGFKQHRWTBXLNMZVJS",
)
WORDS = ["prefix", "words", "infix", "literal", "with"]
DROPPED = {"match", "no_match"}


def value(item):
    """A value as TOML."""
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, int):
        return str(item)
    if isinstance(item, list):
        return "[" + ", ".join(map(value, item)) + "]"
    if isinstance(item, dict):
        return "{ " + ", ".join(f"{key} = {value(inner)}" for key, inner in item.items()) + " }"
    return json.dumps(item, ensure_ascii=False)


def copied(rule):
    """The rule under another id, with other words."""
    copy = {key: item for key, item in rule.items() if key not in DROPPED}
    copy["id"] = rule["id"] + "-copy"
    if "family" in copy:
        copy["family"] += "-copy"
    if "pair" in copy:
        copy["pair"] = [other + "-copy" for other in copy["pair"]]
    trigger = dict(rule["trigger"])
    old = [word for key in WORDS for word in trigger.get(key, [])]
    for key in WORDS:
        if key in trigger:
            trigger[key] = [word.translate(OTHERS) for word in trigger[key]]
    copy["trigger"] = trigger
    if "prefix" in trigger:
        for word in sorted(old, key=len, reverse=True):
            copy["regex"] = copy["regex"].replace(re.escape(word), re.escape(word.translate(OTHERS)))
    return copy


def main():
    files = [path for path in sorted(RULES.glob("*.toml")) if path.name != "score.toml"]
    for path in files:
        for rule in tomllib.loads(path.read_text(encoding="utf-8")).get("rule", []):
            lines = [f"{key} = {value(item)}" for key, item in copied(rule).items()]
            sys.stdout.write("[[rule]]\n" + "\n".join(lines) + "\n\n")


if __name__ == "__main__":
    main()
