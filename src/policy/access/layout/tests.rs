//! Folders of accounts, with policies and what the AWS CLI prints beside them.

use super::*;
use crate::policy::read::json;

/// Reads files below `accounts/`, given as path and text; each is at its place in that list.
fn read(files: &[(&str, &str)]) -> Description {
    let trees: Vec<(String, Vec<Node>)> = files
        .iter()
        .map(|(path, text)| {
            (format!("accounts/{path}"), json::parse(text).ok().into_iter().collect())
        })
        .collect();
    let files: Vec<LaidOut> = trees
        .iter()
        .enumerate()
        .map(|(file, (path, roots))| LaidOut { file, path: Path::new(path), roots })
        .collect();
    super::read(&files)
}

fn files(documents: &Documents) -> Option<Vec<usize>> {
    let place = |named: &Named| match named {
        Named::File { file, .. } => *file,
        other => panic!("{other:?}"),
    };
    documents.as_ref().map(|documents| documents.iter().map(place).collect())
}

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

#[test]
fn roles_have_what_lies_in_their_folders() {
    let said = read(&[
        ("111122223333/roles/team/app/read.json", POLICY),
        ("111122223333/roles/team/app/policies/more.json", POLICY),
        ("111122223333/roles/team/app/trust.json", POLICY),
        ("111122223333/roles/bare.trust.json", POLICY),
        ("111122223333/roles/none/policies/.gitkeep", ""),
        (
            "app/users/u/attached.json",
            r#"{"AttachedPolicies":[{"PolicyArn":"arn:aws:iam::aws:policy/X"}]}"#,
        ),
        ("app/users/u/inline.json", r#"{"PolicyNames":[]}"#),
        ("app/scp/root/full.json", POLICY),
        ("app/scp/deny.json", POLICY),
        ("elsewhere.json", POLICY),
    ]);
    let [app, bare, none, user] = &said.principals[..] else { panic!("{said:?}") };
    assert_eq!((app.path.as_str(), app.name.as_str()), ("/team/", "app"));
    assert_eq!(files(&app.policies), Some(vec![0, 1]));
    assert!(matches!(app.trust, Some(Named::File { file: 2, .. })));
    assert_eq!((bare.name.as_str(), &bare.policies), ("bare", &None));
    assert_eq!(none.policies, Some(vec![]));
    assert!(matches!(&user.policies.as_ref().unwrap()[..], [Named::Managed { .. }]));
    let [numbered, named] = &said.accounts[..] else { panic!("{said:?}") };
    assert_eq!((numbered.id.as_deref(), named.id.as_deref()), (Some("111122223333"), None));
    let scps = named.scps.as_ref().unwrap();
    assert_eq!((scps.levels.len(), scps.levels[0].len(), scps.is_ordered), (1, 2, false));
}

#[test]
fn what_get_role_prints_is_taken() {
    let text = r#"{"Role":{"Path":"/p/","RoleName":"app","RoleId":"AROAX","Arn":"arn:aws:iam::111122223333:role/p/app",
        "AssumeRolePolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]},"Tags":[{"Key":"a","Value":"b"}]}}"#;
    let said = read(&[("a/roles/app/role.json", text)]);
    let role = &said.principals[0];
    assert_eq!((role.path.as_str(), role.unique_id.as_deref()), ("/p/", Some("AROAX")));
    assert!(role.policies.is_none() && role.has_all_tags);
    assert!(matches!(role.trust, Some(Named::Here(_))));
}

#[test]
fn secrets_are_unknown_but_for_what_is_printed_of_them() {
    let describe = r#"{"ARN":"arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf","Name":"prod/db","KmsKeyId":"alias/s",
        "ReplicationStatus":[{"Region":"eu-west-1","KmsKeyId":"alias/aws/secretsmanager"}],"Tags":[{"Key":"a","Value":"b"}]}"#;
    let arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:none-AbCdEf";
    let said = read(&[
        ("sec/secrets/prod/db/policy.json", POLICY),
        ("sec/secrets/prod/db/describe.json", describe),
        ("sec/secrets/prod/api.policy.json", POLICY),
        (
            "sec/secrets/none/get-resource-policy.json",
            &format!(r#"{{"ARN":"{arn}","Name":"none"}}"#),
        ),
        (
            "sec/secrets/some/policy.json",
            &format!(r#"{{"ARN":"{arn}","Name":"some","ResourcePolicy":{POLICY:?}}}"#),
        ),
    ]);
    let [db, api, none, some] = &said.secrets[..] else { panic!("{said:?}") };
    assert_eq!((db.name.as_str(), db.region.as_deref()), ("prod/db", Some("us-east-1")));
    assert_eq!((files(&db.policy), &db.key), (Some(vec![0]), &KeyName::Is("alias/s".into())));
    assert_eq!(db.replicas, [("eu-west-1".into(), KeyName::Managed)]);
    assert!(db.has_all_tags && db.tags.len() == 1);
    assert_eq!((api.name.as_str(), &api.key, &api.region), ("prod/api", &KeyName::Unknown, &None));
    assert_eq!((&none.policy, &none.key), (&Some(vec![]), &KeyName::Unknown));
    assert_eq!(files(&some.policy), Some(vec![4]));
    assert_eq!(said.accounts[0].id.as_deref(), Some("111122223333"));
}

#[test]
fn parameters_and_keys_are_described_as_well() {
    let parameters = r#"{"Parameters":[{"Name":"/other","KeyId":"alias/x"},
        {"Name":"/prod/db","KeyId":"alias/aws/ssm","Tier":"Advanced","ARN":"arn:aws:ssm:us-east-1:111122223333:parameter/prod/db"}]}"#;
    let id = "0a1b2c3d-1111-4222-8333-444455556666";
    let metadata = format!(
        r#"{{"KeyMetadata":{{"Arn":"arn:aws:kms:us-east-1:111122223333:key/{id}","KeyId":"{id}","Enabled":false}}}}"#
    );
    let aliases = format!(
        r#"{{"Aliases":[{{"AliasName":"alias/s","TargetKeyId":"{id}"}},{{"AliasName":"alias/t","TargetKeyId":"x"}},{{"AliasName":"alias/aws/s3"}}]}}"#
    );
    let said = read(&[
        ("a/parameters/prod/db/describe.json", parameters),
        ("a/keys/main/aliases.json", &aliases),
        ("a/keys/main/key.json", &metadata),
        ("a/keys/main/policy.json", POLICY),
        ("a/keys/tagged.json", r#"{"Tags":[{"TagKey":"a","TagValue":"b"}]}"#),
        (&format!("a/keys/{id}/aliases.json"), &aliases),
        ("a/keys/unknown/aliases.json", &aliases),
    ]);
    let parameter = &said.secrets[0];
    assert_eq!((parameter.name.as_str(), &parameter.key), ("/prod/db", &KeyName::Managed));
    assert_eq!((parameter.is_parameter, parameter.is_advanced), (true, Some(true)));
    let [main, tagged, by_id, unknown] = &said.keys[..] else { panic!("{said:?}") };
    assert_eq!((main.id.as_str(), main.region.as_deref()), ("main", Some("us-east-1")));
    assert_eq!((files(&main.policy), main.is_disabled), (Some(vec![3]), true));
    assert_eq!((main.aliases.clone(), tagged.tags.len()), (vec!["alias/s".to_owned()], 1));
    assert_eq!((by_id.aliases.len(), unknown.aliases.len()), (1, 0));
}

#[test]
fn many_files_and_odd_ones_are_read_in_proportion() {
    let paths: Vec<String> = (0..10_000).map(|at| format!("a/roles/r{at}/policy.json")).collect();
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), POLICY)).collect();
    assert_eq!(read(&files).principals.len(), 10_000);
    let long = format!("a/secrets/{}policy.json", "x/".repeat(10_000));
    let said = read(&[
        (&long, "[]"),
        ("a/keys/k.json", r#"{"KeyMetadata":[]}"#),
        ("a/roles/r/a.json", r#"{"Role":1,"AttachedPolicies":{}}"#),
        ("a/parameters/p.json", r#"{"Parameters":"x"}"#),
        ("roles/x.json", "{}"),
    ]);
    assert_eq!((said.secrets.len(), said.keys.len(), said.principals.len()), (2, 1, 1));
}
