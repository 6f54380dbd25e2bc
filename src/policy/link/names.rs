//! What Terraform calls a property of CloudFormation.

use std::borrow::Cow;

use super::types::Type;

/// Properties whose name is another one, not the same in small letters.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>
const OTHERS: &[(Type, &str, &str)] = &[
    (Type::Secret, "ReplicaRegions", "replica"),
    (Type::SecretPolicy, "SecretId", "secret_arn"),
    (Type::SecretPolicy, "ResourcePolicy", "policy"),
    (Type::Key, "KeyPolicy", "policy"),
    (Type::Key, "PendingWindowInDays", "deletion_window_in_days"),
    (Type::Key, "KeySpec", "customer_master_key_spec"),
    (Type::ReplicaKey, "KeyPolicy", "policy"),
    (Type::ReplicaKey, "PendingWindowInDays", "deletion_window_in_days"),
    (Type::VpcEndpoint, "PolicyDocument", "policy"),
];

/// The name of a property in Terraform: as a rule `KmsKeyId` is `kms_key_id`.
pub(super) fn in_terraform(kind: Option<Type>, name: &str) -> Cow<'static, str> {
    let other = OTHERS.iter().find(|(owner, own, _)| Some(*owner) == kind && *own == name);
    other.map_or_else(|| snake_case(name).into(), |(.., other)| (*other).into())
}

/// Words in small letters, with underscores between them; capitals one after the other are one word.
fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut was_small = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && was_small {
            out.push('_');
        }
        was_small = !character.is_ascii_uppercase();
        out.push(character.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        for (kind, name, other) in [
            (Type::Secret, "KmsKeyId", "kms_key_id"),
            (Type::Rotation, "RotationLambdaARN", "rotation_lambda_arn"),
            (Type::FunctionPermission, "PrincipalOrgID", "principal_org_id"),
            (Type::Secret, "ReplicaRegions", "replica"),
        ] {
            assert_eq!(in_terraform(Some(kind), name), other);
        }
    }
}
