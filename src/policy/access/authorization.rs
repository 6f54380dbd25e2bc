//! What `aws iam get-account-authorization-details` prints: roles, users, groups and managed policies of an account, with their
//! documents. Policies of groups are given to their users.
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>

use std::collections::{HashMap, HashSet};

use super::description::{Account, At, Description, Named, Principal};
use crate::policy::arn::Arn;
use crate::policy::document::{self, Found, Hint};
use crate::policy::tree::{Node, Value};

/// The most policies of a group that its users are given. AWS takes 20 managed ones, and 5,120 characters of others.
const MAX_OF_GROUP: usize = 500;

/// The most groups of a user that are looked at: AWS takes 10.
const MAX_GROUPS: usize = 20;

/// Lists that the output has, one of which is enough.
const LISTS: &[&str] = &["UserDetailList", "RoleDetailList", "GroupDetailList"];

/// Whether a file is such an output.
pub(in crate::policy) fn is_authorization_details(root: &Node) -> bool {
    LISTS.iter().any(|key| root.get(key).is_some_and(|list| matches!(list.value, Value::List(_))))
}

/// Reads such an output. `file` is the place of its file in the list of those that are read.
pub(in crate::policy) fn read(root: &Node, file: usize) -> Description {
    let mut reader = Reader { file, policies: HashMap::new(), groups: HashMap::new() };
    for policy in list(root, "Policies") {
        if let Some(arn) = text(policy, "Arn") {
            let in_force = reader.in_force(policy);
            reader.policies.insert(arn, in_force);
        }
    }
    for group in list(root, "GroupDetailList") {
        if let Some(name) = text(group, "GroupName") {
            let policies = reader.of_group(name, group);
            reader.groups.insert(name, policies);
        }
    }
    let mut said = Description::default();
    let mut known = HashSet::new();
    for (key, is_user) in [("RoleDetailList", false), ("UserDetailList", true)] {
        for detail in list(root, key) {
            let principal = reader.principal(detail, is_user);
            let Some(principal) = principal else { continue };
            if known.insert(principal.account.clone()) {
                said.accounts.push(account(&principal));
            }
            said.principals.push(principal);
        }
    }
    said
}

/// A role or a user as `get-role` and `get-user` print it, of which that says neither policies nor groups.
pub(super) fn principal(detail: &Node, is_user: bool, file: usize) -> Option<Principal> {
    let reader = Reader { file, policies: HashMap::new(), groups: HashMap::new() };
    Some(Principal { policies: None, ..reader.principal(detail, is_user)? })
}

fn account(principal: &Principal) -> Account {
    Account {
        name: principal.account.clone(),
        id: Some(principal.account.clone()),
        org: None,
        org_path: None,
        is_management: false,
        scps: None,
        rcps: None,
        at: principal.at.clone(),
    }
}

/// What an output says apart from its principals.
struct Reader<'a> {
    file: usize,
    /// Managed policies by ARN.
    policies: HashMap<&'a str, Named>,
    /// The policies of each group, by its name.
    groups: HashMap<&'a str, Vec<Named>>,
}

impl<'a> Reader<'a> {
    /// A role or a user; `None` for one without an ARN, of which the account is not known.
    fn principal(&self, detail: &'a Node, is_user: bool) -> Option<Principal> {
        let arn = detail.get("Arn")?;
        let account = Arn::parse(arn.string()?)?.account_id()?.to_owned();
        let (name, id, inline) = if is_user {
            ("UserName", "UserId", "UserPolicyList")
        } else {
            ("RoleName", "RoleId", "RolePolicyList")
        };
        let mut policies = self.own_policies(detail, inline);
        policies.extend(self.group_policies(detail));
        let boundary = detail.get("PermissionsBoundary");
        let boundary = boundary.and_then(|boundary| boundary.get("PermissionsBoundaryArn"));
        let trust = detail.get("AssumeRolePolicyDocument").filter(|_| !is_user);
        Some(Principal {
            account,
            name: text(detail, name)?.to_owned(),
            path: text(detail, "Path").unwrap_or("/").to_owned(),
            is_user,
            policies: Some(policies),
            boundary: boundary.and_then(|arn| self.managed(arn)),
            session_policy: None,
            session_name: None,
            trust: trust.map(|node| self.document("trust policy", node)),
            unique_id: text(detail, id).map(Into::into),
            tags: tags(detail, "Tags", ["Key", "Value"]),
            has_all_tags: detail.get("Tags").is_some(),
            context: Vec::new(),
            at: self.at(arn),
        })
    }

    /// Policies that are a part of a principal or group, and those that are attached to it.
    fn own_policies(&self, detail: &'a Node, inline: &str) -> Vec<Named> {
        let inline = list(detail, inline).map(|policy| match policy.get("PolicyDocument") {
            Some(node) => self.document(text(policy, "PolicyName").unwrap_or_default(), node),
            None => self.missing(text(policy, "PolicyName").unwrap_or_default(), policy),
        });
        let attached = list(detail, "AttachedManagedPolicies")
            .filter_map(|policy| self.managed(policy.get("PolicyArn")?));
        inline.chain(attached).collect()
    }

    fn of_group(&self, name: &str, group: &'a Node) -> Vec<Named> {
        let mut policies = self.own_policies(group, "GroupPolicyList");
        if policies.len() > MAX_OF_GROUP {
            policies.truncate(MAX_OF_GROUP);
            policies.push(self.missing(&format!("other policies of the group {name}"), group));
        }
        policies
    }

    /// The policies of a user's groups. A group that the output has not is something that was not given.
    fn group_policies(&self, user: &Node) -> Vec<Named> {
        let mut seen = HashSet::new();
        let mut policies = Vec::new();
        for group in list(user, "GroupList") {
            let Some(name) = group.string().filter(|name| seen.insert(*name)) else { continue };
            match self.groups.get(name).filter(|_| seen.len() <= MAX_GROUPS) {
                Some(given) => policies.extend_from_slice(given),
                None => policies.push(self.missing(&format!("the group {name}"), group)),
            }
        }
        policies
    }

    /// A managed policy by its ARN, with its text where the output has it.
    fn managed(&self, arn: &Node) -> Option<Named> {
        let text = arn.string()?;
        let by = || Named::Managed { arn: text.into(), by: self.at(arn) };
        Some(self.policies.get(text).cloned().unwrap_or_else(by))
    }

    /// The version of a managed policy that is in force.
    fn in_force(&self, policy: &'a Node) -> Named {
        let default = text(policy, "DefaultVersionId");
        let is_default = |version: &&Node| match version.get("IsDefaultVersion").map(|is| &is.value)
        {
            Some(Value::Bool(is)) => *is,
            _ => default.is_some() && text(version, "VersionId") == default,
        };
        let version = list(policy, "PolicyVersionList").find(is_default);
        match version.and_then(|version| version.get("Document")) {
            Some(document) => self.document(text(policy, "Arn").unwrap_or_default(), document),
            None => match policy.get("Arn").map(|arn| (arn, arn.string())) {
                Some((arn, Some(text))) => Named::Managed { arn: text.into(), by: self.at(arn) },
                _ => self.missing("a managed policy", policy),
            },
        }
    }

    /// A document where it stands, in a string or not, just as a search of the file finds it.
    fn document(&self, name: &str, node: &Node) -> Named {
        let mut found = Found::default();
        document::find(node, None, &Hint::of_key, self.file, &mut found);
        match found.roots.as_slice() {
            [root] => Named::Here(At { file: self.file, span: root.node.span.clone() }),
            _ => self.missing(name, node),
        }
    }

    fn missing(&self, name: &str, node: &Node) -> Named {
        Named::Missing { path: name.into(), by: self.at(node) }
    }

    fn at(&self, node: &Node) -> At {
        At { file: self.file, span: node.span.clone() }
    }
}

/// The items of a list; none where there is no list.
pub(super) fn list<'a>(node: &'a Node, key: &str) -> impl Iterator<Item = &'a Node> + use<'a> {
    let items = node.get(key).filter(|list| matches!(list.value, Value::List(_)));
    items.map_or(&[][..], Node::items).iter()
}

/// A text under a key.
pub(super) fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key)?.string()
}

/// Tags, in a list of pairs with these keys.
pub(super) fn tags(node: &Node, key: &str, pair: [&str; 2]) -> Vec<(String, String)> {
    let read = |tag: &Node| Some((text(tag, pair[0])?.to_owned(), text(tag, pair[1])?.to_owned()));
    list(node, key).filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read::json;

    const DOCUMENT: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*"}]}"#;
    const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

    fn dump() -> String {
        let encoded: String = DOCUMENT.bytes().fold(String::new(), |text, byte| {
            use std::fmt::Write;
            let mut text = text;
            let _ = write!(text, "%{byte:02X}");
            text
        });
        let encoded = encoded.replace("%53%74%61%74%65%6D%65%6E%74", "Statement");
        let quoted = format!("{DOCUMENT:?}");
        format!(
            r#"{{"UserDetailList":[{{"Path":"/","UserName":"u","UserId":"AIDAX","Arn":"arn:aws:iam::111122223333:user/u",
              "GroupList":["g","gone","g"],"UserPolicyList":[{{"PolicyName":"encoded","PolicyDocument":"{encoded}"}}]}}],
            "GroupDetailList":[{{"GroupName":"g","GroupPolicyList":[{{"PolicyName":"q","PolicyDocument":{quoted}}}],
              "AttachedManagedPolicies":[{{"PolicyName":"m","PolicyArn":"arn:aws:iam::111122223333:policy/m"}}]}}],
            "RoleDetailList":[{{"Path":"/t/","RoleName":"r","RoleId":"AROAX","Arn":"arn:aws:iam::111122223333:role/t/r",
              "AssumeRolePolicyDocument":{TRUST},"RolePolicyList":[{{"PolicyName":"i","PolicyDocument":{DOCUMENT}}},{{"PolicyName":"odd","PolicyDocument":{{}}}}],
              "AttachedManagedPolicies":[{{"PolicyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}}],
              "PermissionsBoundary":{{"PermissionsBoundaryArn":"arn:aws:iam::111122223333:policy/m"}},
              "Tags":[{{"Key":"team","Value":"x"}}]}},{{"RoleName":"nowhere"}}],
            "Policies":[{{"Arn":"arn:aws:iam::111122223333:policy/m","DefaultVersionId":"v2","PolicyVersionList":[
              {{"VersionId":"v1","IsDefaultVersion":false,"Document":{TRUST}}},
              {{"VersionId":"v2","IsDefaultVersion":true,"Document":{DOCUMENT}}}]}}]}}"#
        )
    }

    /// A document as `here`, a managed policy by its ARN, what is missing by its name.
    fn shown(named: &Named) -> &str {
        match named {
            Named::Here(_) => "here",
            Named::Managed { arn, .. } => arn,
            Named::Missing { path, .. } => path,
            Named::File { .. } => "file",
        }
    }

    #[test]
    fn principals_have_their_policies() {
        let root = json::parse(&dump()).unwrap();
        assert!(is_authorization_details(&root));
        let said = read(&root, 3);
        let [role, user] = &said.principals[..] else { panic!("{said:?}") };
        let policies = |principal: &Principal| {
            let policies = principal.policies.iter().flatten();
            policies.map(shown).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(policies(role), ["here", "odd", "arn:aws:iam::aws:policy/ReadOnlyAccess"]);
        assert_eq!(policies(user), ["here", "here", "here", "the group gone"]);
        assert_eq!((role.path.as_str(), role.unique_id.as_deref()), ("/t/", Some("AROAX")));
        assert_eq!(role.boundary.as_ref().map(shown), Some("here"));
        assert_eq!(role.trust.as_ref().map(shown), Some("here"));
        assert_eq!((role.tags.len(), role.has_all_tags, user.has_all_tags), (1, true, false));
        assert_eq!((said.accounts.len(), user.account.as_str()), (1, "111122223333"));
    }

    #[test]
    fn documents_are_where_a_search_finds_them() {
        let root = json::parse(&dump()).unwrap();
        let mut found = Found::default();
        document::find(&root, None, &Hint::of_key, 3, &mut found);
        let found: HashSet<_> =
            found.roots.iter().map(|root| (root.node.span.start, root.node.span.end)).collect();
        let said = read(&root, 3);
        let mut documents = 0;
        for principal in &said.principals {
            let more = principal.boundary.iter().chain(&principal.trust);
            for named in principal.policies.iter().flatten().chain(more) {
                if let Named::Here(at) = named {
                    assert!(found.contains(&(at.span.start, at.span.end)), "{at:?}");
                    documents += 1;
                }
            }
        }
        assert_eq!((found.len(), documents), (5, 6));
    }

    #[test]
    fn what_is_hostile_stays_in_proportion() {
        let attached = r#"{"PolicyArn":"arn:aws:iam::aws:policy/X"},"#.repeat(5_000);
        let user = r#"{"UserName":"u","Arn":"arn:aws:iam::111122223333:user/u","GroupList":["g","g","h"]},"#;
        let text = format!(
            r#"{{"UserDetailList":[{}],"GroupDetailList":[{{"GroupName":"g","AttachedManagedPolicies":[{}]}}],"Policies":[{{}},[],1]}}"#,
            user.repeat(1_000).trim_end_matches(','),
            attached.trim_end_matches(',')
        );
        let said = read(&json::parse(&text).unwrap(), 0);
        let policies = said.principals[0].policies.as_ref().unwrap();
        assert_eq!((said.principals.len(), policies.len()), (1_000, MAX_OF_GROUP + 2));
        for text in ["[]", "{}", r#"{"UserDetailList":{}}"#, r#"{"Policies":[]}"#] {
            assert!(!is_authorization_details(&json::parse(text).unwrap()), "{text}");
        }
    }
}
