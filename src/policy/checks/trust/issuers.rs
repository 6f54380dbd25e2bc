//! Identity providers that many share, and how the subjects of their tokens are written.

use crate::finding::Severity;

/// An identity provider whose tokens are known.
#[derive(Debug)]
pub(super) struct Issuer {
    /// Its name in IAM; where it ends in `/` or `.`, how the name starts.
    start: &'static str,
    pub(super) needs: Needs,
    /// How bad it is to let all of its users in.
    pub(super) severity: Severity,
    /// Who they are.
    pub(super) everybody: &'static str,
    pub(super) subject: &'static [Step],
}

/// What a condition has to name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// The subject, or another claim that is the token's own.
    Subject,
    /// The application is enough: it belongs to somebody.
    Application,
}

/// A part of a subject.
#[derive(Debug)]
pub(super) struct Step {
    /// What stands before it.
    pub(super) before: &'static str,
    /// Who gets in when all of it is open, and how bad that is.
    pub(super) what: &'static str,
    pub(super) whole: Option<Severity>,
    /// How bad it is when some of it is open.
    pub(super) part: Option<Severity>,
}

const fn step(before: &'static str, what: &'static str, whole: Severity) -> Step {
    Step { before, what, whole: Some(whole), part: None }
}

/// A part that may be open.
const fn free(before: &'static str) -> Step {
    Step { before, what: "", whole: None, part: None }
}

/// <https://docs.github.com/en/actions/reference/security/oidc>
const GITHUB: &[Step] = &[
    Step {
        before: "repo:",
        what: "workflows of any owner",
        whole: Some(Severity::High),
        part: Some(Severity::High),
    },
    Step {
        before: "/",
        what: "workflows of more than one repository of the owner",
        whole: Some(Severity::High),
        part: Some(Severity::Medium),
    },
    step(":", "workflows of any branch, and of pull requests", Severity::Low),
];

/// <https://docs.gitlab.com/ci/cloud_services/aws/>
const GITLAB: &[Step] = &[
    Step {
        before: "project_path:",
        what: "jobs of any group or user",
        whole: Some(Severity::High),
        part: Some(Severity::High),
    },
    Step {
        before: "/",
        what: "jobs of more than one project of the group",
        whole: Some(Severity::High),
        part: Some(Severity::Medium),
    },
    step(":ref_type:", "jobs of any branch", Severity::Low),
];

/// <https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration>
const TERRAFORM: &[Step] = &[
    Step {
        before: "organization:",
        what: "runs of any organisation",
        whole: Some(Severity::High),
        part: Some(Severity::High),
    },
    free(":project:"),
    step(":workspace:", "runs of any workspace", Severity::Medium),
    free(":run_phase:"),
];

/// <https://buildkite.com/docs/agent/v3/cli-oidc>
const BUILDKITE: &[Step] = &[
    Step {
        before: "organization:",
        what: "builds of any organisation",
        whole: Some(Severity::High),
        part: Some(Severity::High),
    },
    step(":pipeline:", "builds of any pipeline of the organisation", Severity::Medium),
    free(":ref:"),
];

/// <https://circleci.com/docs/openid-connect-tokens/>
const CIRCLECI: &[Step] = &[
    step("org/", "jobs of any project of the organisation", Severity::Medium),
    step("/project/", "jobs of any project of the organisation", Severity::Medium),
    free("/user/"),
];

/// <https://support.atlassian.com/bitbucket-cloud/docs/deploy-on-aws-using-bitbucket-pipelines-openid-connect/>
const BITBUCKET: &[Step] =
    &[step("", "pipelines of any repository of the workspace", Severity::Medium), free(":")];

/// <https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html>
const EKS: &[Step] = &[
    step("system:serviceaccount:", "pods of any namespace of the cluster", Severity::Medium),
    step(":", "pods of any service account of the namespace", Severity::Low),
];

const fn shared(start: &'static str, everybody: &'static str, subject: &'static [Step]) -> Issuer {
    Issuer { start, needs: Needs::Subject, severity: Severity::High, everybody, subject }
}

const fn own(start: &'static str, everybody: &'static str, subject: &'static [Step]) -> Issuer {
    Issuer { start, needs: Needs::Subject, severity: Severity::Medium, everybody, subject }
}

const fn applications(start: &'static str, everybody: &'static str) -> Issuer {
    let (needs, severity) = (Needs::Application, Severity::High);
    Issuer { start, needs, severity, everybody, subject: &[] }
}

/// Providers that many share are those of AWS's list; the others belong to one customer each.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html>
const ISSUERS: &[Issuer] = &[
    shared("token.actions.githubusercontent.com", "any workflow on GitHub", GITHUB),
    own("token.actions.githubusercontent.com/", "any workflow of the enterprise", GITHUB),
    shared("gitlab.com", "any job on GitLab.com", GITLAB),
    shared("app.terraform.io", "any run on HCP Terraform", TERRAFORM),
    shared("agent.buildkite.com", "any build on Buildkite", BUILDKITE),
    shared("oidc.codefresh.io", "any build on Codefresh", &[]),
    shared("scalr.io", "any run on Scalr", &[]),
    own("oidc.circleci.com/org/", "any job of the organisation", CIRCLECI),
    own("api.bitbucket.org/2.0/workspaces/", "any pipeline of the workspace", BITBUCKET),
    own("oidc.eks.", "any pod of the cluster", EKS),
    applications("cognito-identity.amazonaws.com", "any identity pool of any account"),
    applications("accounts.google.com", "any application of Google accounts"),
    applications("graph.facebook.com", "any application of Facebook accounts"),
    applications("www.amazon.com", "any application of Amazon accounts"),
    applications("api.pulumi.com/oidc", "any organisation on Pulumi Cloud"),
    applications("oidc.vercel.com", "any team on Vercel"),
];

/// The provider of a name.
pub(super) fn find(name: &str) -> Option<&'static Issuer> {
    ISSUERS.iter().find(|issuer| {
        name == issuer.start
            || (issuer.start.ends_with(['/', '.']) && name.starts_with(issuer.start))
    })
}

/// Ends of a subject that leave it all open.
const OPEN_ENDS: &[&str] =
    &["", "ref:", "ref:refs/", "ref:refs/heads/", "environment:", "branch:ref:"];

/// Who gets in by a pattern besides those that it names, and how bad that is.
pub(super) fn opens(pattern: &str, steps: &[Step]) -> Option<(Severity, &'static str)> {
    let is_open = |text: &str| text.contains(['*', '?']);
    let first = steps.first()?;
    let Some(mut rest) = pattern.strip_prefix(first.before) else {
        // The pattern matches subjects of a form of their own, unless it matches any.
        return pattern.starts_with('*').then_some((first.whole?, first.what));
    };
    for (at, step) in steps.iter().enumerate() {
        let end = steps.get(at + 1).map_or("", |next| next.before);
        let split = if end.is_empty() { None } else { rest.split_once(end) };
        let field = split.map_or(rest, |(field, _)| field);
        let named = field.split(['*', '?']).next().unwrap_or_default();
        if is_open(field) && split.is_none() && end.starts_with(|c| named.contains(c)) {
            // The wildcard begins behind this part, and takes all that follows.
            let later = steps.get(at + 1..)?.iter();
            return later.filter_map(|step| Some((step.whole?, step.what))).max_by_key(|(s, _)| *s);
        }
        if is_open(field) {
            let is_whole = OPEN_ENDS.contains(&field.trim_end_matches('*'));
            let severity = if is_whole { step.whole } else { step.part };
            if let Some(severity) = severity {
                return Some((severity, step.what));
            }
        }
        rest = split?.1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_open_what_they_stand_for() {
        for (pattern, steps, severity) in [
            ("*", GITHUB, Some(Severity::High)),
            ("*:ref:refs/heads/main", GITHUB, Some(Severity::High)),
            ("repo:*", GITHUB, Some(Severity::High)),
            ("repo:octo*", GITHUB, Some(Severity::High)),
            ("repo:octo-*/app:*", GITHUB, Some(Severity::High)),
            ("repo:octo/*", GITHUB, Some(Severity::High)),
            ("repo:octo/*:ref:refs/heads/main", GITHUB, Some(Severity::High)),
            ("repo:octo/app-*", GITHUB, Some(Severity::Medium)),
            ("repo:octo/app:*", GITHUB, Some(Severity::Low)),
            ("repo:octo/app:ref:refs/heads/*", GITHUB, Some(Severity::Low)),
            ("repo:octo/app:ref:refs/tags/v*", GITHUB, None),
            ("repo:octo/app:environment:prod", GITHUB, None),
            ("job_workflow_ref:octo/*", GITHUB, None),
            ("project_path:group/*:ref_type:branch:ref:main", GITLAB, Some(Severity::High)),
            ("project_path:group/app:ref_type:branch:ref:*", GITLAB, Some(Severity::Low)),
            ("organization:*:project:*:workspace:*:run_phase:*", TERRAFORM, Some(Severity::High)),
            ("organization:o:*", TERRAFORM, Some(Severity::Medium)),
            ("organization:o:project:*:workspace:*:run_phase:*", TERRAFORM, Some(Severity::Medium)),
            ("organization:o:project:*:workspace:w:run_phase:*", TERRAFORM, None),
            ("organization:o:pipeline:*", BUILDKITE, Some(Severity::Medium)),
            ("organization:o:pipeline:p:*", BUILDKITE, None),
            ("org/o/project/*", CIRCLECI, Some(Severity::Medium)),
            ("org/o/project/p/user/*", CIRCLECI, None),
            ("{1234}*:*", BITBUCKET, None),
            ("*:*", BITBUCKET, Some(Severity::Medium)),
            ("system:serviceaccount:*", EKS, Some(Severity::Medium)),
            ("system:serviceaccount:kube-system:*", EKS, Some(Severity::Low)),
            ("system:serviceaccount:apps:web-*", EKS, None),
        ] {
            assert_eq!(opens(pattern, steps).map(|(severity, _)| severity), severity, "{pattern}");
        }
    }
}
