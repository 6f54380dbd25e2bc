#!/usr/bin/env python3
"""Write a world of accounts.toml and policies, to measure `keylint access`.

usage: access_world.py PRINCIPALS SECRETS FOLDER

The same numbers give the same world. There are ten accounts. Secrets have a policy of their own or none, and share a key
for each account; half of the roles name the secret they are for, the others a prefix, a tag or everything; every tenth
reads in another account.
"""

import json
import pathlib
import sys

ACCOUNTS = 10
REGION = "us-east-1"
TEAMS = ["red", "green", "blue"]


def number(account):
    return f"{222222222222 + account:012}"


def allow(actions, resources, principal=None, condition=None):
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    if principal:
        statement["Principal"] = {"AWS": principal}
    if condition:
        statement["Condition"] = condition
    return statement


class World:
    def __init__(self, folder, principals, secrets):
        self.folder = pathlib.Path(folder)
        self.principals = principals
        self.secrets = secrets
        self.lines = []

    def document(self, name, *statements):
        """Writes a policy and gives its path as the manifest has it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        path.write_text(json.dumps(policy, indent=2) + "\n")
        return json.dumps(name)

    def table(self, header, **values):
        self.lines.append(f"\n{header}")
        self.lines.extend(f"{key} = {value}" for key, value in values.items())

    def secret_name(self, secret):
        return f"{['prod', 'stage', 'dev'][secret % 3]}/service-{secret}/db"

    def secret_arn(self, secret):
        account = number(secret % ACCOUNTS)
        return f"arn:aws:secretsmanager:{REGION}:{account}:secret:{self.secret_name(secret)}-??????"

    def key_arn(self, account):
        return f"arn:aws:kms:{REGION}:{number(account)}:key/0a1b2c3d-1111-4222-8333-{account:012}"

    def role_arn(self, role):
        return f"arn:aws:iam::{number(role % ACCOUNTS)}:role/Role{role}"

    def accounts(self):
        everything = self.document("scp/full.json", allow("*", "*"))
        leave = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
        guard = self.document("scp/guard.json", leave)
        for account in range(ACCOUNTS):
            self.table(f"[account.a{account}]", id=json.dumps(number(account)), org='"o-abc1234567"',
                       scps=f"[[{everything}], [{everything}, {guard}]]")

    def keys(self):
        for account in range(ACCOUNTS):
            via = {"StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com",
                                    "aws:PrincipalOrgID": "o-abc1234567"}}
            neighbour = f"arn:aws:iam::{number((account + 1) % ACCOUNTS)}:root"
            policy = self.document(f"keys/a{account}.json",
                                   allow("kms:*", "*", f"arn:aws:iam::{number(account)}:root"),
                                   allow("kms:Decrypt", "*", neighbour, via))
            self.table("[[key]]", id=f'"key.a{account}"', account=f'"a{account}"',
                       arn=json.dumps(self.key_arn(account)), policy=policy,
                       aliases='["alias/secrets"]')

    def all_secrets(self):
        for secret in range(self.secrets):
            account = secret % ACCOUNTS
            neighbour = f"arn:aws:iam::{number((account + 1) % ACCOUNTS)}:root"
            policy = "[]"
            if secret % 4 == 0:
                policy = self.document(f"secrets/{secret}.json",
                                       allow("secretsmanager:GetSecretValue", "*", neighbour))
            elif secret % 4 == 1:
                reader = self.role_arn(secret % max(self.principals, 1))
                policy = self.document(f"secrets/{secret}.json",
                                       allow("secretsmanager:GetSecretValue", "*", reader))
            values = {"account": f'"a{account}"', "region": f'"{REGION}"',
                      "name": json.dumps(self.secret_name(secret)), "policy": policy,
                      "tags": f'{{ team = "{TEAMS[secret % 3]}" }}'}
            if secret % 5:
                values["kms"] = f'"key.a{account}"'
            self.table("[[secret]]", **values)

    def role_statements(self, role):
        account = role % ACCOUNTS
        owner = (account - 1) % ACCOUNTS if role % 10 == 9 else account
        prefix = f"arn:aws:secretsmanager:{REGION}:{number(owner)}:secret:"
        own = self.secret_arn(role % max(self.secrets, 1))
        by_team = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team, 'none'}"}}
        read = [
            allow("secretsmanager:GetSecretValue", own),
            allow(["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], [own, prefix + "prod/*"]),
            allow("secretsmanager:GetSecretValue", own),
            allow("secretsmanager:Get*", "*", condition=by_team),
            allow("secretsmanager:GetSecretValue", own),
            allow("secretsmanager:*", prefix + "*"),
        ][role % 6]
        return [read, allow("kms:Decrypt", self.key_arn(owner))]

    def roles(self):
        for role in range(self.principals):
            name = f"Role{role}"
            policies = self.document(f"roles/{name}.json", *self.role_statements(role))
            values = {"account": f'"a{role % ACCOUNTS}"', "name": f'"{name}"', "policies": f"[{policies}]",
                      "tags": f'{{ team = "{TEAMS[role % 3]}" }}'}
            if role % 7 == 0:
                values["boundary"] = self.document("roles/boundary.json",
                                                   allow(["secretsmanager:*", "kms:Decrypt"], "*"))
            self.table("[[role]]", **values)

    def write(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.accounts()
        self.keys()
        self.all_secrets()
        self.roles()
        (self.folder / "accounts.toml").write_text("\n".join(self.lines).lstrip() + "\n")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    World(sys.argv[3], int(sys.argv[1]), int(sys.argv[2])).write()


if __name__ == "__main__":
    main()
