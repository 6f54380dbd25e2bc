//! Manifests that are refused: what is said, of which place, and what to do next.

use miette::Diagnostic;

use super::tests::read;

/// Code, message, help and the text of each label.
fn refused(text: &str) -> String {
    let error = read(text).unwrap_err();
    let labels = error.labels().unwrap().map(|label| {
        let shown = &text[label.offset()..label.offset() + label.len()];
        format!("\n  {}: {shown}", label.label().unwrap_or_default()).trim_end().to_owned()
    });
    let labels: String = labels.collect();
    assert!(error.source_code().is_some());
    format!("{}: {error}\n  help: {}{labels}", error.code().unwrap(), error.help().unwrap())
}

/// What stands before others: written `{a}` there.
const PARTS: &[(&str, &str)] = &[
    ("{a}", "[account.a]\nid = \"111122223333\"\n"),
    ("{key}", "[[key]]\nid = \"k\"\naccount = \"a\"\nregion = \"us-east-1\"\n"),
    ("{secret}", "[[secret]]\naccount = \"a\"\nname = \"s\"\nregion = \"eu-west-1\"\n"),
    ("{role}", "[[role]]\naccount = \"a\"\nname = \"r\"\n"),
    ("{expect}", "[[expect]]\nallow = \"a/r\"\non = \"a/s\"\n"),
    ("{parameter}", "[[parameter]]\naccount = \"a\"\nname = \"/p\"\n"),
];

/// Manifests, each after `> `, with what is said of them.
const REFUSED: &str = r#"> x =
access::syntax: string values must be quoted, expected literal string
  help: see docs/accounts.md for the tables and what stands in them; names, account numbers and dates stand in quotes
  here:

> [acount.a]
access::unknown_key: there is no key `acount` here
  help: did you mean `account`? what may stand here: account, secret, parameter, key, role, user, template, expect, context; see docs/accounts.md
  not a key of this table: acount

> {a}{secret}kmss = "k"
access::unknown_key: there is no key `kmss` here
  help: did you mean `kms`? what may stand here: account, region, name, arn, kms, policy, tags, replicas, tier, shared_with; see docs/accounts.md
  not a key of this table: kmss

> {a}{secret}replicas = [{ region = "us-east-1", key = "k" }]
access::unknown_key: there is no key `key` here
  help: what may stand here: region, kms; see docs/accounts.md
  not a key of this table: key

> [account.a]
> id = 111122223333
access::syntax: invalid type: integer `111122223333`, expected a string
  help: see docs/accounts.md for the tables and what stands in them; names, account numbers and dates stand in quotes
  here: 111122223333

> [account.a]
> id = "1111"
access::invalid: `1111` is not the number of an account
  help: write all twelve digits, in quotes: `id = "111122223333"`
  this: "1111"

> [account.111122223333]
> id = "222233334444"
access::contradiction: the account `111122223333` has the number `222233334444`
  help: call it by a word, or give it its own number
  against this: 111122223333
  this: "222233334444"

> [account."a/b"]
access::invalid: `a/b` cannot be the name of an account
  help: labels are `account/name`: use letters, digits and hyphens
  this: "a/b"

> {a}[account.b]
> id = "111122223333"
access::repeated: the account `111122223333` is there twice
  help: say everything in one place and delete the other
  first here: a
  and again here: "111122223333"

> [account.a]
> org = "o-a"
> org_path = "o-b/r-1/"
access::contradiction: the account is in `o-a` and its path in `o-b`
  help: `org_path` begins with the `org` of the account
  against this: "o-a"
  this: "o-b/r-1/"

> [account.a]
> org_path = "r-1/"
access::invalid: `r-1/` does not begin with an organisation
  help: write the whole path: `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`
  this: "r-1/"

> [account.a]
> scps = ["a.json", ["b.json"]]
access::invalid: a file stands beside lists of files
  help: write one list of files, or a list for each level, root first
  this: "a.json"

> [account.a]
> scps = [[]]
access::invalid: a level of the organisation has no policy
  help: every level has one: where nothing else is attached it is `arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess` (of `rcps`: `…:policy/resource_control_policy/p-RCPFullAWSAccess`)
  this: []

> [account.a]
> scps = ["arn:aws:iam::aws:policy/X"]
access::invalid: `arn:aws:iam::aws:policy/X` is not the ARN of a managed policy
  help: write it in full, `arn:aws:organizations::…:policy/…`, or name a file
  this: "arn:aws:iam::aws:policy/X"

> [account.security]
> [[user]]
> account = "securty"
> name = "u"
access::unknown_name: there is no account `securty`
  help: did you mean `security`? declare it as `[account.NAME]`, or write its twelve digits
  not known: "securty"

> {a}{role}policies = ["gone.json"]
access::unknown_name: there is no file `gone.json`
  help: a path is relative to the folder of the manifest, and the file is one of those that are read
  not known: "gone.json"

> {a}{role}policies = ["a.json", 1]
access::invalid: this is not the name of a file
  help: name documents by their paths: one, or a list of them
  this: 1

> {a}{role}policies = "arn:aws:iam::aws:role/X"
access::invalid: `arn:aws:iam::aws:role/X` is not the ARN of a managed policy
  help: write it in full, `arn:aws:iam::…:policy/…`, or name a file
  this: "arn:aws:iam::aws:role/X"

> {a}{role}boundary = ["a.json", "b.json"]
access::invalid: there can be one document here, not several
  help: name one file; other policies stand in `policies`
  this: ["a.json", "b.json"]

> {a}{role}trust = []
access::invalid: every role has a trust policy
  help: name its file; leave `trust` out where it is not known
  this: []

> {a}{role}path = "team"
access::invalid: `team` is not a path of IAM
  help: it begins and ends in `/`: `/team/`
  this: "team"

> {a}{role}context = { SourceIp = "1.2.3.4" }
access::invalid: `SourceIp` is not a condition key
  help: write it in full and in quotes: `"aws:SourceVpc" = "vpc-1"`
  this: SourceIp

> {a}{role}[[role]]
> account = "111122223333"
> name = "R"
access::repeated: the role `R` is there twice
  help: say everything in one place and delete the other
  first here: "r"
  and again here: "R"

> {a}[[role]]
> account = "a"
> name = "team/r"
access::invalid: `team/r` is not the name of a role
  help: the last part is its `name`, what comes before it is its `path`: `/team/`
  this: "team/r"

> {a}[[role]]
> account = "a"
> name = ""
access::invalid: this role has no name
  help: write the name that it has in AWS
  this: ""

> {a}[[user]]
> account = "a"
> name = "u"
> trust = "t.json"
access::invalid: a user has no `trust`
  help: only a `[[role]]` has one
  this: "t.json"

> {a}{secret}{secret}
access::repeated: the secret `s` is there twice
  help: say everything in one place and delete the other
  first here: "s"
  and again here: "s"

> {a}{secret}tier = "advanced"
access::invalid: a secret has no `tier`
  help: only a `[[parameter]]` has one
  this: "advanced"

> {a}{secret}kms = "kez"
> [[key]]
> id = "key"
> account = "a"
access::unknown_name: there is no key `kez`
  help: did you mean `key`? declare it as a `[[key]]` with that `id`, or write its ARN
  not known: "kez"

> {a}{key}{secret}kms = "k"
access::contradiction: the key `k` is in region `us-east-1`, what it should encrypt in `eu-west-1`
  help: name a key of that region; a replica has a key of its own region
  this: "k"

> {a}{secret}kms = "arn:aws:s3:::x"
access::invalid: `arn:aws:s3:::x` is not the ARN of a key
  help: it ends in `key/` and the key id, or in `alias/` and a name
  this: "arn:aws:s3:::x"

> {a}{secret}replicas = ["eu-west-1"]
access::contradiction: the secret itself is in region `eu-west-1`
  help: `replicas` are its other regions
  this: "eu-west-1"

> {a}{secret}replicas = ["eu-west-2", "eu-west-2"]
access::repeated: the replica `eu-west-2` is there twice
  help: say everything in one place and delete the other
  first here: "eu-west-2"
  and again here: "eu-west-2"

> {a}{key}{secret}replicas = [{ region = "eu-west-2", kms = "k" }]
access::contradiction: the key `k` is in region `us-east-1`, what it should encrypt in `eu-west-2`
  help: name a key of that region; a replica has a key of its own region
  this: "k"

> {a}{secret}arn = "arn:aws:secretsmanager:eu-west-1:222233334444:secret:s-AbCdEf"
access::contradiction: this ARN is of account `222233334444`, not of `a`
  help: correct the ARN, or the `account` beside it
  this: "arn:aws:secretsmanager:eu-west-1:222233334444:secret:s-AbCdEf"

> {a}{secret}arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:s-AbCdEf"
access::contradiction: this ARN is of region `us-east-1`
  help: correct the ARN, or the `region` beside it
  against this: "eu-west-1"
  this: "arn:aws:secretsmanager:us-east-1:111122223333:secret:s-AbCdEf"

> {a}{secret}arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:t-AbCdEf"
access::contradiction: this ARN is not of the secret `s`
  help: correct the ARN, or the `name` beside it
  against this: "s"
  this: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:t-AbCdEf"

> {a}{secret}arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s"
access::invalid: this ARN lacks the suffix that AWS gives it
  help: write it in full, with a hyphen and six characters, or leave `arn` out
  this: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s"

> {a}{secret}arn = "arn:aws:secretsmanager:*:111122223333:secret:s-AbCdEf"
access::invalid: `arn:aws:secretsmanager:*:111122223333:secret:s-AbCdEf` does not say where it is
  help: an ARN is given in full, with region and account, without wildcards
  this: "arn:aws:secretsmanager:*:111122223333:secret:s-AbCdEf"

> {a}{secret}arn = "arn:aws:s3:::s"
access::invalid: `arn:aws:s3:::s` is not the ARN of a secret
  help: copy it from AWS: `arn:aws:secretsmanager:…`
  this: "arn:aws:s3:::s"

> {a}[[secret]]
> account = "a"
> name = "s"
> region = "Ireland"
access::invalid: `Ireland` is not a region
  help: write its code: `eu-central-1`
  this: "Ireland"

> {a}{parameter}replicas = []
access::invalid: a parameter has no `replicas`
  help: write a `[[parameter]]` for each region
  this: []

> {a}{parameter}tier = "premium"
access::invalid: `premium` is not a tier
  help: it is `standard` or `advanced`
  this: "premium"

> {a}{parameter}tier = "standard"
> shared_with = ["a"]
access::contradiction: a parameter of the standard tier cannot be shared
  help: say `tier = "advanced"`, or leave `shared_with` out
  this: ["a"]

> {a}{parameter}arn = "arn:aws:ssm:us-east-1:111122223333:parameter/q"
access::contradiction: this ARN is not of the parameter `/p`
  help: correct the ARN, or the `name` beside it
  against this: "/p"
  this: "arn:aws:ssm:us-east-1:111122223333:parameter/q"

> {a}{key}{key}
access::repeated: the key `k` is there twice
  help: say everything in one place and delete the other
  first here: "k"
  and again here: "k"

> {a}{key}policy = []
access::invalid: every key has a policy
  help: name its file; leave `policy` out where it is not known
  this: []

> {a}{key}aliases = ["k"]
access::invalid: `k` is not an alias
  help: aliases begin with `alias/`
  this: "k"

> {a}{key}aliases = ["alias/k", "alias/k"]
access::repeated: the alias `alias/k` is there twice
  help: say everything in one place and delete the other
  first here: "alias/k"
  and again here: "alias/k"

> {a}{key}aliases = ["alias/aws/ssm"]
access::invalid: `alias/aws/ssm` is the alias of a key of AWS's
  help: a secret without `kms` has that key; it needs no `[[key]]`
  this: "alias/aws/ssm"

> {a}{key}arn = "arn:aws:kms:us-east-1:111122223333:alias/k"
access::invalid: `arn:aws:kms:us-east-1:111122223333:alias/k` is not the ARN of a key
  help: write the one that ends in `key/` and the key id; aliases go to `aliases`
  this: "arn:aws:kms:us-east-1:111122223333:alias/k"

> {a}{key}arn = "arn:aws:kms:eu-west-1:111122223333:key/k"
access::contradiction: this ARN is of region `eu-west-1`
  help: correct the ARN, or the `region` beside it
  against this: "us-east-1"
  this: "arn:aws:kms:eu-west-1:111122223333:key/k"

> {a}{key}grants = [{ grantee = "a/r", operations = ["Decript"] }]
access::unknown_name: there is no grant operation `Decript`
  help: did you mean `Decrypt`? operations are written as in `Decrypt`, without `kms:`
  not known: "Decript"

> {expect}deny = "a/r"
access::invalid: this expects both `allow` and `deny`
  help: write an `[[expect]]` for each
  this: "a/r"

> [[expect]]
> on = "a/s"
access::invalid: this says neither `allow` nor `deny`
  help: name whom it is about: `allow = "app/Role"` or `deny = "app/*"`
  this: "a/s"

> [[expect]]
> allow = "a/r"
access::syntax: missing field `on`
  help: see docs/accounts.md for the tables and what stands in them; names, account numbers and dates stand in quotes
  here: [[expect]]

> {expect}[[expect]]
> deny = "a/r"
> on = "a/s"
access::contradiction: `a/r` on `a/s` is expected to be allowed and to be denied
  help: keep the one that should hold
  against this: "a/r"
  this: "a/r"

> [context]
> "aws:a" = 1
> "AWS:A" = 2
access::repeated: the condition key `aws:a` is there twice
  help: say everything in one place and delete the other
  first here: "aws:a"
  and again here: "AWS:A"

> [context]
> "aws:a" = [[1]]
access::invalid: a condition key has a list of values, not of lists
  help: write its values in one list
  this: [1]

> [[template]]
> path = "x"
> account = "no body"
access::unknown_name: there is no account `no body`
  help: declare it as `[account.NAME]`, or write its twelve digits
  not known: "no body""#;

#[test]
fn what_cannot_be_is_refused_with_help() {
    let mut count = 0;
    for case in REFUSED.split("\n\n") {
        let (written, said): (Vec<&str>, Vec<&str>) =
            case.lines().partition(|line| line.starts_with("> "));
        let written: Vec<&str> = written.iter().map(|line| &line[2..]).collect();
        let text = PARTS
            .iter()
            .fold(written.join("\n"), |text, (part, written)| text.replace(part, written));
        assert_eq!(refused(&text), said.join("\n"), "{text}");
        count += 1;
    }
    assert_eq!(count, 60);
}
