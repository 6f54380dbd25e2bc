//! Manifests that are refused: what is said, of which place, and what to do next.

use miette::Diagnostic;

use super::tests::read;

/// Code, message, help and the text of each label.
fn refused(text: &str) -> String {
    let error = read(text).unwrap_err();
    let labels = error.labels().unwrap().map(|label| {
        let shown = &text[label.offset()..label.offset() + label.len()];
        format!("\n  {}: {shown}", label.label().unwrap_or_default())
    });
    let labels: String = labels.collect();
    assert!(error.source_code().is_some());
    format!("{}: {error}\n  help: {}{labels}", error.code().unwrap(), error.help().unwrap())
}

#[test]
fn what_cannot_be_is_refused_with_help() {
    let a = "[account.a]\nid = \"111122223333\"\n";
    let key = "[[key]]\nid = \"k\"\naccount = \"a\"\nregion = \"us-east-1\"\n";
    let secret = "[[secret]]\naccount = \"a\"\nname = \"s\"\nregion = \"eu-west-1\"\n";
    let role = "[[role]]\naccount = \"a\"\nname = \"r\"\n";
    let expect = "[[expect]]\nallow = \"a/r\"\non = \"a/s\"\n";
    let parameter = "[[parameter]]\naccount = \"a\"\nname = \"/p\"\n";
    let texts = [
        "x = ".to_owned(),
        "[acount.a]".into(),
        format!("{a}{secret}kmss = \"k\""),
        format!("{a}{secret}replicas = [{{ region = \"us-east-1\", key = \"k\" }}]"),
        "[account.a]\nid = 111122223333".into(),
        "[account.a]\nid = \"1111\"".into(),
        "[account.111122223333]\nid = \"222233334444\"".into(),
        "[account.\"a/b\"]".into(),
        format!("{a}[account.b]\nid = \"111122223333\""),
        "[account.a]\norg = \"o-a\"\norg_path = \"o-b/r-1/\"".into(),
        "[account.a]\norg_path = \"r-1/\"".into(),
        "[account.a]\nscps = [\"a.json\", [\"b.json\"]]".into(),
        "[account.a]\nscps = [[]]".into(),
        "[account.a]\nscps = [\"arn:aws:iam::aws:policy/X\"]".into(),
        "[account.security]\n[[user]]\naccount = \"securty\"\nname = \"u\"".into(),
        format!("{a}{role}policies = [\"gone.json\"]"),
        format!("{a}{role}policies = [\"a.json\", 1]"),
        format!("{a}{role}policies = \"arn:aws:iam::aws:role/X\""),
        format!("{a}{role}boundary = [\"a.json\", \"b.json\"]"),
        format!("{a}{role}trust = []"),
        format!("{a}{role}path = \"team\""),
        format!("{a}{role}context = {{ SourceIp = \"1.2.3.4\" }}"),
        format!("{a}{role}[[role]]\naccount = \"111122223333\"\nname = \"R\""),
        format!("{a}[[role]]\naccount = \"a\"\nname = \"team/r\""),
        format!("{a}[[role]]\naccount = \"a\"\nname = \"\""),
        format!("{a}[[user]]\naccount = \"a\"\nname = \"u\"\ntrust = \"t.json\""),
        format!("{a}{secret}{secret}"),
        format!("{a}{secret}tier = \"advanced\""),
        format!("{a}{secret}kms = \"kez\"\n[[key]]\nid = \"key\"\naccount = \"a\""),
        format!("{a}{key}{secret}kms = \"k\""),
        format!("{a}{secret}kms = \"arn:aws:s3:::x\""),
        format!("{a}{secret}replicas = [\"eu-west-1\"]"),
        format!("{a}{secret}replicas = [\"eu-west-2\", \"eu-west-2\"]"),
        format!("{a}{key}{secret}replicas = [{{ region = \"eu-west-2\", kms = \"k\" }}]"),
        format!(
            "{a}{secret}arn = \"arn:aws:secretsmanager:eu-west-1:222233334444:secret:s-AbCdEf\""
        ),
        format!(
            "{a}{secret}arn = \"arn:aws:secretsmanager:us-east-1:111122223333:secret:s-AbCdEf\""
        ),
        format!(
            "{a}{secret}arn = \"arn:aws:secretsmanager:eu-west-1:111122223333:secret:t-AbCdEf\""
        ),
        format!("{a}{secret}arn = \"arn:aws:secretsmanager:eu-west-1:111122223333:secret:s\""),
        format!("{a}{secret}arn = \"arn:aws:secretsmanager:*:111122223333:secret:s-AbCdEf\""),
        format!("{a}{secret}arn = \"arn:aws:s3:::s\""),
        format!("{a}[[secret]]\naccount = \"a\"\nname = \"s\"\nregion = \"Ireland\""),
        format!("{a}{parameter}replicas = []"),
        format!("{a}{parameter}tier = \"premium\""),
        format!("{a}{parameter}tier = \"standard\"\nshared_with = [\"a\"]"),
        format!("{a}{parameter}arn = \"arn:aws:ssm:us-east-1:111122223333:parameter/q\""),
        format!("{a}{key}{key}"),
        format!("{a}{key}policy = []"),
        format!("{a}{key}aliases = [\"k\"]"),
        format!("{a}{key}aliases = [\"alias/k\", \"alias/k\"]"),
        format!("{a}{key}aliases = [\"alias/aws/ssm\"]"),
        format!("{a}{key}arn = \"arn:aws:kms:us-east-1:111122223333:alias/k\""),
        format!("{a}{key}arn = \"arn:aws:kms:eu-west-1:111122223333:key/k\""),
        format!("{a}{key}grants = [{{ grantee = \"a/r\", operations = [\"Decript\"] }}]"),
        format!("{expect}deny = \"a/r\""),
        "[[expect]]\non = \"a/s\"".into(),
        "[[expect]]\nallow = \"a/r\"".into(),
        format!("{expect}[[expect]]\ndeny = \"a/r\"\non = \"a/s\""),
        "[context]\n\"aws:a\" = 1\n\"AWS:A\" = 2".into(),
        "[context]\n\"aws:a\" = [[1]]".into(),
        "[[template]]\npath = \"x\"\naccount = \"nobody\"".into(),
    ];
    let said: Vec<String> = texts.iter().map(|text| refused(text)).collect();
    insta::assert_snapshot!(said.join("\n"), @"");
}
