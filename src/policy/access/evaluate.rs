//! Whether a principal can read a secret: two requests, each held against every document that has a say in it.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>,
//! <https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html>,
//! <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html>

use super::context::{Action, Context};
use super::matching::Value;
use super::statement::{Policy, Prepared};
use super::truth::Truth;
use super::who::Named;
use super::world::{Account, Key, KeyOf, Levels, Principal, PrincipalKind, Secret, Set, World};

/// What each party says to one request.
#[derive(Clone, Copy)]
pub(super) struct Said<'w> {
    pub(super) context: Context<'w>,
    /// Whether principal and resource are of one account.
    pub(super) same: Truth,
    /// The policies of the principal.
    pub(super) identity: Truth,
    pub(super) boundary: Truth,
    pub(super) session: Truth,
    pub(super) scp: Truth,
    pub(super) rcp: Truth,
    /// The policy of the resource.
    pub(super) named: Named,
    /// A grant of the key.
    pub(super) grant: Truth,
    pub(super) deny: Truth,
}

/// The answer to one pair, with what it is made of.
#[derive(Clone)]
pub(super) struct Evaluated<'w> {
    /// The request for the value: of those that give it the one that comes furthest.
    pub(super) read: Said<'w>,
    /// The request to decrypt, where the key is known.
    pub(super) decrypt: Option<Said<'w>>,
    /// Whether the key is one that the principal can use at all.
    pub(super) key: Truth,
    /// Whether somebody can act as the principal.
    pub(super) trust: Truth,
    pub(super) answer: Truth,
}

impl<'w> World<'w> {
    /// Whether a principal can read a secret; nothing where one of both is not of this world.
    pub(super) fn evaluate(&'w self, principal: usize, secret: usize) -> Option<Evaluated<'w>> {
        let principal = self.principals.get(principal)?;
        let secret = self.secrets.get(secret)?;
        let account = self.accounts.get(principal.account)?;
        let owner = self.accounts.get(secret.account)?;
        let context = Context {
            world: self,
            principal,
            account,
            owner,
            secret,
            key: None,
            action: Action::Decrypt,
        };
        let actions: &[Action] = if secret.is_parameter {
            &[Action::GetParameter, Action::GetParameters, Action::GetParameterHistory]
        } else {
            &[Action::GetSecretValue]
        };
        let said = actions.iter().map(|action| self.said(Context { action: *action, ..context }));
        // The first of those that are as far.
        let read =
            said.reduce(|best, next| if next.allowed() > best.allowed() { next } else { best })?;
        let (key, decrypt) = self.decrypt(secret, context, read.same);
        let trust = self.trust(principal);
        let decrypted = decrypt.as_ref().map_or(Truth::Yes, Said::allowed);
        let answer = Truth::all([read.allowed(), key, decrypted, trust]);
        Some(Evaluated { read, decrypt, key, trust, answer })
    }

    /// Whether the key can be used from the account of the principal, and the request to decrypt.
    fn decrypt(
        &'w self,
        secret: &'w Secret,
        context: Context<'w>,
        same: Truth,
    ) -> (Truth, Option<Said<'w>>) {
        let (key, is_usable) = match &secret.key {
            // Its policy lets in everybody of the account who comes by way of the service.
            KeyOf::Managed => (self.managed.get(secret.managed), same),
            KeyOf::Unknown(_) => (None, Truth::Unknown),
            KeyOf::Key(at) => (self.keys.get(*at), Truth::Yes),
        };
        let owner = key.and_then(|key| self.accounts.get(key.account));
        let (Some(key), Some(owner)) = (key, owner) else { return (Truth::Unknown, None) };
        let said = self.said(Context { key: Some(key), owner, ..context });
        (is_usable.and(Truth::of(!key.is_disabled)), Some(said))
    }

    /// What each party says.
    fn said(&'w self, context: Context<'w>) -> Said<'w> {
        let Context { principal, account, owner, secret, .. } = context;
        let same = is_same(account, owner);
        let no_limit =
            |set: &Option<Set>| set.as_ref().map_or(Truth::Yes, |set| self.allows(set, &context));
        let resource = match context.key {
            Some(key) => key.policy.as_ref(),
            None => secret.policy.as_ref(),
        };
        let is_of_aws = context.key.is_some() && secret.key == KeyOf::Managed;
        let named = match resource {
            Some(set) => self.named(set, &context),
            None if is_of_aws => Named { directly: Truth::Yes, ..Named::default() },
            None if secret.is_parameter && context.key.is_none() => shared(secret, context),
            // Within an account a secret without a policy is one like others.
            None if context.key.is_none() && same == Truth::Yes => Named::default(),
            None => Named {
                by_account: Truth::Unknown,
                as_role: Truth::Unknown,
                directly: Truth::Unknown,
            },
        };
        let is_limited = !account.is_management && !principal.is_service_linked;
        let levels = |levels: &Option<Levels>| match levels {
            Some(levels) if is_limited => self.pass(levels, &context),
            _ => (Truth::Yes, Truth::No),
        };
        let (scp, scp_denies) = levels(&account.scps);
        // Neither Parameter Store nor the keys that AWS manages are among what these policies limit.
        // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
        let has_rcp = context.action.service() != "ssm" && !is_of_aws && !owner.is_management;
        let (rcp, rcp_denies) = match &owner.rcps {
            Some(levels) if has_rcp && !principal.is_service_linked => {
                self.guarded(levels, &context)
            }
            _ => (Truth::Yes, Truth::No),
        };
        let own = [
            Some(&principal.identity),
            principal.boundary.as_ref(),
            principal.session_policy.as_ref(),
        ];
        let own = own.into_iter().flatten().map(|set| self.denies(set, &context));
        let of_resource = match resource {
            Some(set) => self.resource_denies(set, &context),
            // The policy that every key has, and that was not given, may deny.
            None if context.key.is_some() && !is_of_aws => Truth::Unknown,
            None => Truth::No,
        };
        Said {
            context,
            same,
            identity: self.allows(&principal.identity, &context),
            boundary: no_limit(&principal.boundary),
            session: no_limit(&principal.session_policy),
            scp,
            rcp,
            named,
            grant: context.key.map_or(Truth::No, |key| granted(key, principal)),
            deny: Truth::any(own.chain([of_resource, scp_denies, rcp_denies])),
        }
    }

    pub(super) fn policies_of(&self, set: &Set) -> impl Iterator<Item = &Policy<'w>> {
        set.policies.iter().filter_map(|at| self.policies.get(*at))
    }

    /// Whether some statement allows.
    pub(super) fn allows(&self, set: &Set, context: &Context) -> Truth {
        let statements = self.policies_of(set).flat_map(|policy| &policy.statements);
        let allowed = statements.filter(|statement| statement.may_allow());
        Truth::any(allowed.map(|statement| statement.applies(context))).or(self.unread(set))
    }

    /// Whether some statement denies.
    pub(super) fn denies(&self, set: &Set, context: &Context) -> Truth {
        let statements = self.policies_of(set).flat_map(|policy| &policy.statements);
        let denied = statements.filter(|statement| statement.may_deny());
        Truth::any(denied.map(|statement| statement.applies(context))).or(self.unread_denial(set))
    }

    /// How the policy of a resource names the principal in what it allows.
    fn named(&self, set: &Set, context: &Context) -> Named {
        let mut all = Named::default();
        for statement in self.policies_of(set).flat_map(|policy| &policy.statements) {
            if !statement.may_allow() {
                continue;
            }
            let applies = statement.applies(context);
            if applies == Truth::No {
                continue;
            }
            let named = statement.names(context);
            all.directly = all.directly.or(named.directly.and(applies));
            all.as_role = all.as_role.or(named.as_role.and(applies));
            all.by_account = all.by_account.or(named.by_account.and(applies));
        }
        let unread = self.unread(set);
        Named {
            directly: all.directly.or(unread),
            as_role: all.as_role.or(unread),
            by_account: all.by_account.or(unread),
        }
    }

    /// Whether the policy of a resource denies.
    fn resource_denies(&self, set: &Set, context: &Context) -> Truth {
        let statements = self.policies_of(set).flat_map(|policy| &policy.statements);
        let denied = statements.filter(|statement| statement.may_deny());
        let about =
            denied.map(|statement| statement.applies(context).and(statement.is_about(context)));
        Truth::any(about).or(self.unread_denial(set))
    }

    /// Whether policies of one level only deny. Who attaches such has left the one in place that allows everything.
    pub(super) fn only_denies(&self, set: &Set) -> bool {
        let may_allow = |policy: &Policy| {
            !policy.is_complete || policy.statements.iter().any(Prepared::may_allow)
        };
        set.lacks.is_empty() && !self.policies_of(set).any(may_allow)
    }

    /// Whether policies of the organisation let a request pass, and whether they deny it.
    fn pass(&self, levels: &Levels, context: &Context) -> (Truth, Truth) {
        let denies = Truth::any(levels.levels.iter().map(|set| self.denies(set, context)));
        let allows = |set: &Set| {
            if self.only_denies(set) { Truth::Yes } else { self.allows(set, context) }
        };
        let all = Truth::all(levels.levels.iter().map(allows));
        if levels.is_ordered {
            return (all, denies);
        }
        // One list: whether each is a level of its own, or all are on one, was not said.
        let is_one = levels.levels.iter().map(|set| self.allows(set, context));
        let is_one = if levels.levels.is_empty() { Truth::Yes } else { Truth::any(is_one).or(all) };
        (if is_one == all { all } else { all.joined(is_one) }, denies)
    }

    /// The same of resource control policies, which only deny.
    fn guarded(&self, levels: &Levels, context: &Context) -> (Truth, Truth) {
        let denied = levels.levels.iter().map(|set| self.resource_denies(set, context));
        (Truth::Yes, Truth::any(denied))
    }

    /// What documents that were not given, or not read in full, may allow.
    fn unread(&self, set: &Set) -> Truth {
        let is_complete = self.policies_of(set).all(|policy| policy.is_complete);
        if set.lacks.is_empty() && is_complete { Truth::No } else { Truth::Unknown }
    }

    /// What they may deny.
    fn unread_denial(&self, set: &Set) -> Truth {
        let is_complete = self.policies_of(set).all(|policy| policy.is_complete);
        let lacks = set.lacks.iter().any(|lack| lack.may_deny);
        if lacks || !is_complete { Truth::Unknown } else { Truth::No }
    }

    /// Whether somebody can act as the principal.
    fn trust(&self, principal: &Principal) -> Truth {
        let Some(trust) = &principal.trust else { return Truth::Yes };
        let statements = self.policies_of(trust).flat_map(|policy| &policy.statements);
        let lets = statements.filter(|statement| statement.may_allow());
        let lets = Truth::any(lets.map(Prepared::lets_assume)).or(self.unread(trust));
        // That somebody can is enough; who, is another question.
        if lets == Truth::No { Truth::No } else { Truth::Yes }
    }
}

impl Said<'_> {
    /// What the principal's own side allows.
    pub(super) fn own(&self) -> Truth {
        Truth::all([self.identity, self.limits()])
    }

    /// What boundary and session policy leave.
    pub(super) fn limits(&self) -> Truth {
        self.boundary.and(self.session)
    }

    /// What the side of the resource allows, whatever else is needed.
    pub(super) fn resource(&self) -> Truth {
        Truth::any([self.named.directly, self.named.as_role, self.named.by_account, self.grant])
    }

    /// What the policy of the resource gives without the principal's own policies, where both are of one account.
    pub(super) fn given(&self) -> Truth {
        self.named.directly.or(self.named.as_role.and(self.limits())).or(self.grant)
    }

    fn within_account(&self) -> Truth {
        let by_identity = if self.context.key.is_some() {
            // The key's policy has the only say, unless it leaves it to the account.
            self.named.by_account.and(self.own())
        } else {
            self.own()
        };
        self.given().or(by_identity)
    }

    fn across_accounts(&self) -> Truth {
        let by_policy =
            Truth::any([self.named.directly, self.named.as_role, self.named.by_account]);
        by_policy.and(self.own()).or(self.grant)
    }

    /// Whether the request is allowed.
    pub(super) fn allowed(&self) -> Truth {
        let allowed = match self.same {
            Truth::Yes => self.within_account(),
            Truth::No => self.across_accounts(),
            Truth::Depends | Truth::Unknown => {
                let (within, across) = (self.within_account(), self.across_accounts());
                if within == across { within } else { within.joined(across) }
            }
        };
        Truth::all([allowed, self.scp, self.rcp, !self.deny])
    }
}

/// Whether two accounts are one.
pub(super) fn is_same(one: &Account, other: &Account) -> Truth {
    match (one.id == other.id, one.id.is_known() && other.id.is_known()) {
        (true, _) => Truth::Yes,
        (false, true) => Truth::No,
        (false, false) => one.id.pattern().matches(&other.id),
    }
}

/// Whether a parameter is shared with the account of a principal.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html>
fn shared(secret: &Secret, context: Context) -> Named {
    // Its history may be left out of what is shared.
    let is_shareable = context.action != Action::GetParameterHistory;
    let truth = match (secret.is_advanced, &secret.shared_with) {
        (Some(false), _) => Truth::No,
        (_, Some(accounts)) => {
            let with = accounts.iter().filter_map(|at| context.world.accounts.get(*at));
            Truth::any(with.map(|account| is_same(context.account, account)))
        }
        (_, None) => Truth::Unknown,
    };
    Named { by_account: if is_shareable { truth } else { Truth::No }, ..Named::default() }
}

/// Whether a grant lets the principal decrypt.
fn granted(key: &Key, principal: &Principal) -> Truth {
    Truth::any(key.grants.iter().filter(|grant| grant.may_decrypt).map(|grant| {
        let is_own = match principal.kind {
            PrincipalKind::Account => Truth::Unknown,
            _ if grant.is_open => Truth::Unknown,
            _ => grant.grantee.pattern().matches(&principal.arn),
        };
        if grant.is_narrowed { is_own.at_most_unknown() } else { is_own }
    }))
}

impl Principal {
    /// Whether an ARN is that of a session of this role.
    pub(super) fn named_in_session(
        &self,
        pattern: &super::matching::Pattern,
        account: &Account,
    ) -> Truth {
        let start = Value::of("arn:")
            .followed_by(&account.partition)
            .then(":sts::")
            .followed_by(&account.id)
            .then(":assumed-role/")
            .followed_by(&self.name)
            .then("/");
        match &self.session {
            Some(session) => pattern.matches(&start.then(session)),
            // Which session it is, each request says.
            None => match pattern.matches(&start.open(super::matching::Symbol::new(0))) {
                Truth::No => Truth::No,
                _ => Truth::Depends,
            },
        }
    }
}
