#!/usr/bin/env python3
"""Writes rules/policy/sam.txt: what the policy templates and connectors of AWS SAM expand to.

    git clone https://github.com/aws/serverless-application-model
    scripts/sam_policies.py serverless-application-model > rules/policy/sam.txt

Actions and resources are facts that AWS documents at
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html and
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/reference-sam-connector.html;
descriptions are left out.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

HEADER = """\
# What the policy templates and connectors of AWS SAM expand to, made by scripts/sam_policies.py from
# https://github.com/aws/serverless-application-model at {commit} ({date}).
# `template` with its parameters, or `connector` with source, destination, permission and whose role gets the policy;
# then statements: `allow` the actions, `on` each resource, `when` a condition holds.
"""


def listed(value):
    return value if isinstance(value, list) else [value]


def text(value):
    """A text with every variable under the name of the parameter it stands for."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return "${%s}" % value["Ref"]
    given = value["Fn::Sub"]
    template, variables = (given, {}) if isinstance(given, str) else given
    for name, reference in variables.items():
        template = template.replace("${%s}" % name, text(reference))
    return template


def statements(given, of=text):
    for statement in given:
        assert statement["Effect"] == "Allow", statement
        print("allow", *listed(statement["Action"]))
        for resource in listed(statement["Resource"]):
            print("on", of(resource))
        for operator, keys in statement.get("Condition", {}).items():
            for key, value in keys.items():
                print("when", operator, key, of(value))


def connector_text(value):
    return re.sub(r"%\{([^}]*)\}", r"${\1}", value)


def main():
    root = Path(sys.argv[1])
    git = ["git", "-C", root, "log", "-1", "--format=%h %cs"]
    commit, date = subprocess.check_output(git, text=True).split()
    print(HEADER.format(commit=commit, date=date))
    folder = root / "samtranslator"
    templates = json.loads((folder / "policy_templates_data/policy_templates.json").read_text())
    for name, template in sorted(templates["Templates"].items()):
        print("template", name, *template["Parameters"])
        statements(template["Definition"]["Statement"])
    profiles = json.loads((folder / "model/connector_profiles/profiles.json").read_text())
    for source, destinations in sorted(profiles["Permissions"].items()):
        for destination, profile in sorted(destinations.items()):
            if profile["Type"] != "AWS_IAM_ROLE_MANAGED_POLICY":
                continue
            owner = "source" if profile["Properties"]["SourcePolicy"] else "destination"
            for access, policy in sorted(profile["Properties"]["AccessCategories"].items()):
                print("connector", source, destination, access, owner)
                statements(policy["Statement"], connector_text)


main()
