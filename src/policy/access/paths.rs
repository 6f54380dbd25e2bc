//! Paths that a scan reports: somebody meant them, and they lead nowhere, or where nobody is to go.

use std::ops::Range;

use super::context::Context;
use super::evaluate::{Evaluated, Said};
use super::truth::Truth;
use super::world::{Account, PrincipalKind, Set, World};
use crate::access::Status;
use crate::policy::tree::Node;

/// What is wrong with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) enum Fault {
    /// The principal's policies ask for the secret, and it cannot be read.
    Broken,
    /// The policy of the secret or key lets a principal in whose own policies do not ask.
    DeadGrant,
    /// A manifest says that the principal cannot read the secret, and it can.
    Unexpected,
}

/// A path that something is wrong with.
pub(in crate::policy) struct Faulty {
    pub(in crate::policy) fault: Fault,
    pub(in crate::policy) file: usize,
    /// What leads to it: an action, or a principal.
    pub(in crate::policy) span: Range<usize>,
    pub(in crate::policy) principal: String,
    pub(in crate::policy) secret: String,
    /// The links that are missing, in words.
    pub(in crate::policy) links: Vec<String>,
}

/// With more pairs than this nothing is reported: nobody declares so much in what is scanned together.
const MOST_PAIRS: usize = 250_000;

/// A label without its account, where that is known as the one of a template alone.
fn plain(label: &str, account: &Account) -> String {
    let rest = label.strip_prefix(account.label.as_str()).filter(|_| account.stack.is_some());
    rest.and_then(|rest| rest.strip_prefix('/')).unwrap_or(label).to_owned()
}

impl World<'_> {
    /// The paths that something is wrong with, by principal, then secret.
    pub(in crate::policy) fn faulty(&self) -> Vec<Faulty> {
        let pairs = self.pairs();
        if pairs.iter().map(Vec::len).sum::<usize>() > MOST_PAIRS {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (principal, secrets) in pairs.into_iter().enumerate() {
            let paths: Vec<Evaluated> =
                secrets.into_iter().filter_map(|secret| self.evaluate(principal, secret)).collect();
            found.extend(self.dead_key(&paths));
            found.extend(paths.iter().filter_map(|path| self.examined(path)));
        }
        found
    }

    fn examined(&self, path: &Evaluated) -> Option<Faulty> {
        let context = &path.read.context;
        if path.answer == Truth::Yes {
            let is_forbidden = self.expectations.iter().any(|wanted| {
                !wanted.allows
                    && super::names_label(&wanted.principal, &context.principal.label)
                    && super::names_label(&wanted.secret, &context.secret.label)
            });
            let (file, span) = self.asking(&path.read).filter(|_| is_forbidden)?;
            return Some(self.faulty_at(Fault::Unexpected, (file, span), path));
        }
        if path.answer != Truth::No || context.principal.kind == PrincipalKind::Account {
            return None;
        }
        if path.read.identity == Truth::Yes && self.asks(&path.read) {
            let (file, span) = self.asking(&path.read)?;
            return Some(self.faulty_at(Fault::Broken, (file, span), path));
        }
        let is_dead = |said: &Said| said.same == Truth::No && said.identity == Truth::No;
        let set = context.secret.policy.as_ref().filter(|_| is_dead(&path.read));
        let (file, span) = self.naming(set?, context)?;
        Some(self.faulty_at(Fault::DeadGrant, (file, span), path))
    }

    fn faulty_at(
        &self,
        fault: Fault,
        (file, span): (usize, Range<usize>),
        path: &Evaluated,
    ) -> Faulty {
        let missing =
            |link: &super::explain::Explained| link.is_needed && link.status == Status::Missing;
        let links = self.links(path);
        Faulty {
            fault,
            file,
            span,
            principal: plain(&path.read.context.principal.label, path.read.context.account),
            secret: plain(&path.read.context.secret.label, path.read.context.owner),
            links: links
                .iter()
                .filter(|link| missing(link))
                .map(|link| match &link.nearest {
                    Some((near, _)) => format!("{} {} ({near})", link.code.name(), link.text),
                    None => format!("{} {}", link.code.name(), link.text),
                })
                .collect(),
        }
    }

    /// The statement of a key policy that lets a principal in for the sake of secrets, none of which it can read; `paths` are all of
    /// the principal's.
    fn dead_key(&self, paths: &[Evaluated]) -> Option<Faulty> {
        let asks =
            |path: &Evaluated| path.read.identity != Truth::No || path.read.given() != Truth::No;
        if paths.iter().any(asks) {
            return None;
        }
        paths.iter().filter(|path| !path.is_under_managed_key()).find_map(|path| {
            let said = path.decrypt.as_ref()?;
            let set = said.context.key?.policy.as_ref();
            let at = self.naming(set?, &said.context)?;
            let is_meant = self.is_for_secrets(set, &at, &said.context);
            is_meant.then(|| self.faulty_at(Fault::DeadGrant, at, path))
        })
    }

    /// Whether a statement is about what Secrets Manager or Parameter Store decrypts, and nothing else.
    fn is_for_secrets(
        &self,
        set: Option<&Set>,
        at: &(usize, Range<usize>),
        context: &Context,
    ) -> bool {
        let policies = set.into_iter().flat_map(|set| self.policies_of(set));
        let mut statements =
            policies.filter(|policy| policy.file == at.0).flat_map(|policy| &policy.statements);
        statements.any(|statement| {
            let is_it =
                statement.node.span.start <= at.1.start && at.1.end <= statement.node.span.end;
            is_it
                && statement.lines.iter().any(|line| {
                    line.key == "kms:viaservice"
                        && line.operator.requires_value()
                        && line.holds(context) == Truth::Yes
                })
        })
    }

    /// The action by which a policy of the principal asks for the secret.
    fn asking(&self, said: &Said) -> Option<(usize, Range<usize>)> {
        let context = &said.context;
        for policy in self.policies_of(&context.principal.identity) {
            for statement in policy.statements.iter().filter(|one| one.may_allow()) {
                if statement.applies(context) == Truth::Yes {
                    let name = (context.action.service(), context.action.name());
                    let is_it = |node: &&Node| {
                        node.string().is_some_and(|text| {
                            crate::policy::actions::matches(text, name.0, name.1)
                        })
                    };
                    let written = statement.written_actions.unwrap_or_default();
                    let node = written.iter().find(is_it).unwrap_or(statement.node);
                    return Some((policy.file, node.span.clone()));
                }
            }
        }
        None
    }

    /// The statement of a secret's policy that names the principal itself.
    fn naming(&self, set: &Set, context: &Context) -> Option<(usize, Range<usize>)> {
        for policy in self.policies_of(set) {
            for statement in policy.statements.iter().filter(|one| one.may_allow()) {
                let named = statement.names(context);
                let is_it =
                    statement.listed_principals().iter().any(super::statement::Item::is_identity)
                        && named.directly.or(named.as_role) == Truth::Yes
                        && statement.applies(context) == Truth::Yes;
                if is_it {
                    let node = statement.node.get("Principal").unwrap_or(statement.node);
                    return Some((policy.file, node.span.clone()));
                }
            }
        }
        None
    }
}
