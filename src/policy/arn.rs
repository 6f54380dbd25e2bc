//! ARNs as policies write them: fields with wildcards and variables, and the sets of resources they stand for.

use super::glob::{Class, Glob};
use super::text::{Part, has_hole, is_hole, is_hole_of, is_pattern, parts};

/// The partitions there are, each with how its region names begin.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>; the isolated ones are those of the AWS SDKs.
pub(super) const PARTITIONS: &[(&str, &str)] = &[
    ("aws", ""),
    ("aws-cn", "cn-"),
    ("aws-us-gov", "us-gov-"),
    ("aws-iso", "us-iso-"),
    ("aws-iso-b", "us-isob-"),
    ("aws-iso-e", "eu-isoe-"),
    ("aws-iso-f", "us-isof-"),
    ("aws-eusc", "eusc-"),
];

const LOWER_CHARS: &str = "abcdefghijklmnopqrstuvwxyz0123456789-";
const LOWER: Class = Class::of(LOWER_CHARS);
const DIGITS: Class = Class::of("0123456789");
const ALPHANUMERIC: Class =
    Class::of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
/// Names that people and AWS services give secrets; services use `!`.
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
const SECRET_NAME: Class =
    Class::of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_+=.@!-");

/// An ARN, in its six fields. Colons inside of `${…}` separate nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arn<'a> {
    pub(super) partition: &'a str,
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    /// Everything after the fifth colon.
    pub(super) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// The fields of a text that starts with `arn:` and has all six.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        if !text.starts_with("arn:") {
            return None;
        }
        let [arn, partition, service, region, account, resource] = fields(text)[..] else {
            return None;
        };
        (arn == "arn").then_some(Self { partition, service, region, account, resource })
    }

    /// What follows `secret:`, when this is the ARN of a secret.
    pub(super) fn secret(&self) -> Option<&'a str> {
        (self.service == "secretsmanager").then(|| self.resource.strip_prefix("secret:")).flatten()
    }

    /// The account, when it is written out.
    pub(super) fn account_id(&self) -> Option<&'a str> {
        is_account(self.account).then_some(self.account)
    }

    /// The region, when it is written out.
    pub(super) fn region_name(&self) -> Option<&'a str> {
        let is_name =
            !self.region.is_empty() && self.region.chars().all(|c| LOWER_CHARS.contains(c));
        is_name.then_some(self.region)
    }
}

/// The first five fields and the rest; fewer when there are fewer. What is inside of a variable or a hole separates nothing.
pub(super) fn fields(text: &str) -> Vec<&str> {
    let (mut found, mut from, mut depth) = (Vec::with_capacity(6), 0, 0_usize);
    for (at, character) in text.char_indices() {
        match character {
            '{' if text[..at].ends_with('$') => depth += 1,
            '\u{fdd0}' => depth += 1,
            '}' | '\u{fdd1}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 && found.len() < 5 => {
                found.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(&text[from..]);
    found
}

/// Whether a text is an account id: twelve digits.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text has the form of a region: `us-east-1`, `us-gov-west-1`, `aws-global`.
pub(super) fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let letters =
        |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    match parts.split_last() {
        Some((&"global", _)) => true,
        Some((number, names)) => {
            names.len() >= 2
                && names.iter().all(letters)
                && !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        None => false,
    }
}

/// Whether a text is an account id, or will be one when a template is deployed.
pub(super) fn is_some_account(text: &str) -> bool {
    is_account(text) || is_hole_of(text, "AWS::AccountId")
}

/// Every ARN that a `Resource` may match, as IAM matches it: within the first five fields a wildcard stays in its field,
/// but a `*` that ends a field, or the text, runs on past the colon.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
pub(super) fn resources(text: &str) -> Glob {
    let parts: Vec<Part> = parts(text).collect();
    let mut field = 0;
    let mut glob = Glob::with_room(parts.len());
    let is_arn = text.starts_with("arn:");
    for (at, part) in parts.iter().enumerate() {
        let inner = if field < 5 { Class::NOT_COLON } else { Class::ANY };
        let ends_field = matches!(parts.get(at + 1), None | Some(Part::Char(':')));
        let is_field = ends_field && field < 5 && follows_colon(&parts, at);
        glob = match part {
            Part::Char(character) => {
                field += usize::from(*character == ':');
                glob.once(Class::Char(*character))
            }
            Part::One => glob.once(inner),
            // What is filled in for a whole field is one.
            Part::Hole if is_arn && is_field => glob.any_number(Class::NOT_COLON),
            Part::Hole => glob.any_number(Class::ANY),
            Part::Any if ends_field => glob.any_number(Class::ANY),
            Part::Any | Part::Variable => glob.any_number(inner),
        };
    }
    // An identity policy's ARN of fewer fields is completed with `*`.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    if text.starts_with("arn:") && field < 5 { glob.then(":").any_number(Class::ANY) } else { glob }
}

fn follows_colon(parts: &[Part], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| parts.get(before)) == Some(&Part::Char(':'))
}

/// Two ARNs as if they were written out up to their resource, where both have the same holes there and none after that:
/// whatever these stand for, it is the same in both.
pub(super) fn in_one_place(one: &str, other: &str) -> Option<(String, String)> {
    let split = |text: &str| {
        let resource = Arn::parse(text)?.resource;
        let place = text.strip_suffix(resource).filter(|_| !has_hole(resource))?;
        Some((place.to_owned(), format!("arn:aws:any:us-east-1:111122223333:{resource}")))
    };
    let ((place, one), (same, other)) = (split(one)?, split(other)?);
    (place == same && has_hole(&place)).then_some((one, other))
}

/// The end of every stored secret's ARN: its name and six random characters.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html>
pub(super) fn secret_names() -> Glob {
    let name = Glob::default().some(SECRET_NAME).then("-");
    (0..6).fold(name, |glob, _| glob.once(ALPHANUMERIC))
}

/// Whether a `Resource` stands for every resource of some type of a service, in every region and account.
pub(super) fn is_everything(text: &str, service: &str) -> bool {
    // Whatever a hole makes of the partition, all of it is meant or is not.
    let in_any = Arn::parse(text).filter(|arn| is_hole(arn.partition));
    let in_any = in_any.map(|arn| text.replacen(arn.partition, "aws", 1));
    let text = in_any.as_deref().unwrap_or(text);
    let given = Arn::parse(text);
    let names_account = |arn: Arn| !arn.account.is_empty() && !arn.account.contains(['*', '?']);
    if given.is_some_and(names_account) {
        return false;
    }
    let partition = given.map_or("aws", |arn| arn.partition);
    let partition = PARTITIONS.iter().map(|(name, _)| *name).find(|name| *name == partition);
    let start = format!("arn:{}:{service}:", partition.unwrap_or("aws"));
    let written = text.split(['*', '?']).next().unwrap_or_default();
    if text == "*" || !start.starts_with(written) && !written.starts_with(&start) {
        return text == "*";
    }
    if given.is_some_and(|arn| names_some(service, &arn)) {
        return false;
    }
    if given.is_some_and(|arn| names_all(service, &arn)) {
        return true;
    }
    let start = Glob::literal(&start);
    let account = |glob: Glob| (0..12).fold(glob, |glob, _| glob.once(DIGITS)).then(":");
    let places = [
        account(start.clone().some(LOWER).then(":")),
        account(start.clone().then(":")),
        // Buckets and hosted zones have neither region nor account.
        start.then("::"),
    ];
    let resource = given.map_or("", |arn| arn.resource);
    let types = types(service, resource);
    let matched = certain(text);
    places
        .iter()
        .any(|place| types.iter().any(|kind| matched.covers(&place.clone().followed_by(kind))))
}

/// Whether an ARN says of which region or resources it is: seen at a glance of most that do.
fn names_some(service: &str, arn: &Arn) -> bool {
    let head = arn.resource.split(['*', '?']).next().unwrap_or_default();
    let is_of_some = match service {
        "secretsmanager" => !"secret:".starts_with(head),
        "s3" => !head.is_empty(),
        _ => head.find(['/', ':']).is_some_and(|at| at + 1 < head.len()),
    };
    is_of_some || !arn.region.is_empty() && !arn.region.contains(['*', '?'])
}

/// Whether an ARN is the usual way to say all of a type, which takes no proof: `arn:aws:ec2:*:*:instance/*`.
fn names_all(service: &str, arn: &Arn) -> bool {
    let is_type = |written: &str| match service {
        "s3" => false,
        "secretsmanager" => written == "secret:",
        _ => {
            let name = written.strip_suffix(['/', ':']).filter(|name| !name.is_empty());
            name.is_some_and(|name| !name.contains(['/', ':']) && !is_pattern(name))
        }
    };
    arn.service == service
        && PARTITIONS.iter().any(|(name, _)| *name == arn.partition)
        && matches!((arn.region, arn.account), ("*" | "", "*") | ("", ""))
        && (arn.resource == "*" || arn.resource.strip_suffix('*').is_some_and(is_type))
}

/// All resources of a service, and all of the one type that `resource` names.
fn types(service: &str, resource: &str) -> Vec<Glob> {
    let all = Glob::default().some(Class::ANY);
    match service {
        "secretsmanager" => vec![Glob::literal("secret:").followed_by(&secret_names())],
        "s3" => {
            let bucket = Glob::default().some(SECRET_NAME);
            vec![bucket.clone(), bucket.then("/").followed_by(&all)]
        }
        _ => {
            let name = resource
                .split(['/', ':'])
                .next()
                .filter(|name| !name.is_empty() && !is_pattern(name));
            let typed = ["/", ":"].into_iter().filter_map(|separator| {
                Some(Glob::literal(name?).then(separator).followed_by(&all))
            });
            typed.chain([all.clone()]).collect()
        }
    }
}

/// Like [`resources`], without what only a variable could match.
fn certain(text: &str) -> Glob {
    if parts(text).any(|part| matches!(part, Part::Variable | Part::Hole)) {
        Glob::literal(text)
    } else {
        resources(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_six_whatever_variables_hold() {
        let arn =
            Arn::parse("arn:aws:secretsmanager:${aws:RequestedRegion}:111122223333:secret:a:b")
                .unwrap();
        assert_eq!((arn.region, arn.resource), ("${aws:RequestedRegion}", "secret:a:b"));
        assert_eq!(arn.secret(), Some("a:b"));
        assert_eq!(Arn::parse("arn:aws:sqs"), None);
        assert_eq!(Arn::parse("*"), None);
    }

    #[test]
    fn wildcards_run_as_far_as_iam_lets_them() {
        let secret = "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-a1b2c3";
        for (pattern, matches) in [
            ("*", true),
            ("arn:aws:secretsmanager:us-east-1:*", true),
            ("arn:aws:secretsmanager:*:secret:prod/db-??????", true),
            ("arn:aws:secretsmanager", true),
            ("arn:aws:secretsm*r:us-east-1:111122223333:secret:prod/db-a1b2c3", true),
            ("arn:aws:s*st-1:111122223333:secret:prod/db-a1b2c3", false),
            ("arn:aws:secretsmanager:us-????-1:111122223333:secret:*", true),
            ("arn:aws:secretsmanager:us-east-?:111122223333:secret:prod*c3", true),
            ("arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db", false),
        ] {
            assert_eq!(resources(pattern).has(secret), matches, "{pattern}");
        }
    }

    #[test]
    fn codes_of_regions_are_told_by_their_form() {
        for (text, is) in [
            ("us-east-1", true),
            ("us-gov-west-1", true),
            ("eusc-de-east-1", true),
            ("us-east-1a", false),
            ("US-EAST-1", false),
            ("us-east", false),
            ("Frankfurt", false),
            ("", false),
        ] {
            assert_eq!(is_region(text), is, "{text}");
        }
    }

    #[test]
    fn everything_is_recognised_in_any_spelling() {
        for (pattern, service, is) in [
            ("*", "secretsmanager", true),
            ("arn:*", "secretsmanager", true),
            ("*:*", "secretsmanager", true),
            ("arn:aws:secretsmanager:*", "secretsmanager", true),
            ("arn:aws:secretsmanager:*:*:secret:*", "secretsmanager", true),
            ("arn:aws:secretsmanager:*:*:secret:*-??????", "secretsmanager", true),
            ("arn:aws:secretsmanager:*:*:*", "secretsmanager", true),
            ("arn:aws-cn:secretsmanager:*:*:secret:*", "secretsmanager", true),
            ("arn:aws:secretsmanager:*:111122223333:secret:*", "secretsmanager", false),
            ("arn:aws:secretsmanager:us-east-1:*:secret:*", "secretsmanager", false),
            ("arn:aws:secretsmanager:*:*:secret:prod*", "secretsmanager", false),
            ("arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/a}*", "secretsmanager", false),
            ("arn:aws:kms:*:*:key/*", "kms", true),
            ("arn:aws:kms:*:111122223333:key/*", "kms", false),
            ("arn:aws:kms:*::key/*", "kms", true),
            ("arn:aws:kms:eu-west-1:*:key/*", "kms", false),
            ("arn:aws:kms:*:*:key/a/*", "kms", false),
            ("arn:aws:k*:*:*:key/*", "kms", true),
            ("arn:aws:s3:*:*:*", "s3", true),
            ("arn:aws:s3:::a*", "s3", false),
            ("arn:aws:iam::*:role/*", "iam", true),
            ("arn:aws:iam::111122223333:role/*", "iam", false),
            ("arn:aws:s3:::*", "s3", true),
            ("arn:aws:s3:::*/*", "s3", true),
            ("arn:aws:s3:::bucket/*", "s3", false),
            ("arn:aws:dynamodb:*:*:table/*", "dynamodb", true),
            ("arn:aws:dynamodb:*:*:table/a*", "dynamodb", false),
        ] {
            assert_eq!(is_everything(pattern, service), is, "{pattern}");
        }
    }
}
