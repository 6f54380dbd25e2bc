//! What all reports on access ask of an [`Access`]: which paths to list, which of them need words, what was expected.

use crate::access::{
    Access, Account, Answer, Expectation, Link, LinkCode, Path, Principal, Secret, Site, Status,
};
use crate::report::plural;

/// A path, and what its numbers stand for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// Its place in [`Access::paths`].
    pub(super) at: usize,
    pub(super) path: &'a Path,
    pub(super) principal: &'a Principal,
    pub(super) secret: &'a Secret,
    /// The account of the principal.
    pub(super) from: Option<&'a Account>,
    /// The account of the secret.
    pub(super) to: Option<&'a Account>,
}

impl<'a> Row<'a> {
    pub(super) fn new(access: &'a Access, at: usize) -> Option<Self> {
        let path = access.paths.get(at)?;
        let principal = access.principals.get(path.principal)?;
        let secret = access.secrets.get(path.secret)?;
        let account = |at: usize| access.accounts.get(at);
        let (from, to) = (account(principal.account), account(secret.account));
        Some(Self { at, path, principal, secret, from, to })
    }

    /// What stands in the way of a plain `yes`.
    pub(super) fn troubles(self) -> impl Iterator<Item = &'a Link> {
        self.path.links.iter().filter(|link| link.is_needed && link.status != Status::Ok)
    }

    /// Whether there is nothing to say but `yes`.
    pub(super) fn is_clean(self) -> bool {
        self.path.answer == Answer::Yes && self.troubles().next().is_none()
    }

    /// Whether it is there for the count alone: nobody meant it, and nobody can take it.
    pub(super) fn is_idle(self) -> bool {
        self.path.answer == Answer::No && !self.path.is_meant
    }

    /// `missing: L3 key policy, L4 decrypt; not given: L7 organisation`; empty where all is well.
    pub(super) fn reason(self) -> String {
        let about = |status: Status| {
            let links = self.troubles().filter(|link| link.status == status);
            let names: Vec<_> = links.map(|link| short(link.code)).collect();
            (!names.is_empty()).then(|| format!("{}: {}", word(status), names.join(", ")))
        };
        let kinds = [Status::Missing, Status::Conditional, Status::NotGiven];
        kinds.into_iter().filter_map(about).collect::<Vec<_>>().join("; ")
    }

    /// [`Self::reason`], or what was expected of the path.
    pub(super) fn why(self, expected: &[Expected]) -> String {
        match expected.get(self.at) {
            Some(Expected { is_denied: true, .. }) => "as expected".into(),
            Some(Expected { is_broken: true, .. }) if self.is_clean() => "expected: no".into(),
            _ => self.reason(),
        }
    }

    /// `111122223333, us-east-1`: where the secret lies.
    pub(super) fn lies_in(self) -> String {
        let account = account_name(self.to);
        match &self.secret.region {
            Some(region) => format!("{account}, {region}"),
            None => account.into(),
        }
    }
}

/// All paths, in order.
pub(super) fn rows(access: &Access) -> impl Iterator<Item = Row<'_>> {
    (0..access.paths.len()).filter_map(|at| Row::new(access, at))
}

/// The number of an account, or what it is called where that is not known.
pub(super) fn account_name(account: Option<&Account>) -> &str {
    account.map_or("unknown account", |account| account.id.as_ref().unwrap_or(&account.label))
}

/// A link in a few words.
pub(super) const fn short(code: LinkCode) -> &'static str {
    match code {
        LinkCode::L1 => "L1 identity policy",
        LinkCode::L2 => "L2 secret policy",
        LinkCode::L3 => "L3 key policy",
        LinkCode::L4 => "L4 identity decrypt",
        LinkCode::L5 => "L5 own key",
        LinkCode::L6 => "L6 no deny",
        LinkCode::L7 => "L7 organisation",
        LinkCode::L8 => "L8 trust",
        LinkCode::L9 => "L9 boundary",
    }
}

/// A status as people read it.
pub(super) const fn word(status: Status) -> &'static str {
    match status {
        Status::NotGiven => "not given",
        other => other.name(),
    }
}

/// `key.json:5`, safe to show.
pub(super) fn place(site: &Site) -> String {
    format!("{}:{}", site.origin, site.location.start.line)
}

/// What became of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// Some path is otherwise.
    Broken,
    /// It is about no path at all.
    Nothing,
    /// Of some path that is not known.
    Open,
    /// Every path is as expected.
    Held,
}

impl Outcome {
    /// The worst first.
    pub(super) const ALL: [Self; 4] = [Self::Broken, Self::Nothing, Self::Open, Self::Held];

    pub(super) const fn of(expectation: &Expectation) -> Self {
        if !expectation.broken.is_empty() {
            Self::Broken
        } else if expectation.paths.is_empty() {
            Self::Nothing
        } else if !expectation.open.is_empty() {
            Self::Open
        } else {
            Self::Held
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Nothing => "nothing",
            Self::Open => "open",
            Self::Held => "held",
        }
    }

    /// What it says of several, after their number.
    const fn words(self) -> &'static str {
        match self {
            Self::Nothing => "about no path",
            other => other.name(),
        }
    }
}

/// `allow` or `deny`, as the manifest writes it.
pub(super) const fn verb(expectation: &Expectation) -> &'static str {
    if expectation.allows { "allow" } else { "deny" }
}

/// What the manifest expects of each path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    /// That it is a `no`, and it is one.
    pub(super) is_denied: bool,
    /// Something else than what is.
    pub(super) is_broken: bool,
}

/// By place in [`Access::paths`].
pub(super) fn expected(access: &Access) -> Vec<Expected> {
    let mut all = vec![Expected::default(); access.paths.len()];
    for expectation in &access.expectations {
        for at in &expectation.paths {
            if let (false, Some(known)) = (expectation.allows, all.get_mut(*at)) {
                known.is_denied = true;
            }
        }
        for at in &expectation.broken {
            if let Some(known) = all.get_mut(*at) {
                known.is_broken = true;
            }
        }
    }
    for (known, path) in all.iter_mut().zip(&access.paths) {
        known.is_denied &= path.answer == Answer::No && !known.is_broken;
    }
    all
}

/// At most `most` rows, those that matter most, in their order; and how many are left out.
pub(super) fn pick<'a>(
    mut rows: Vec<Row<'a>>,
    expected: &[Expected],
    most: usize,
) -> (Vec<Row<'a>>, usize) {
    let left = rows.len().saturating_sub(most);
    if left > 0 {
        rows.sort_by_key(|row| {
            let known = expected.get(row.at).copied().unwrap_or_default();
            (!known.is_broken, known.is_denied, !row.path.is_meant, row.is_clean(), row.at)
        });
        rows.truncate(most);
        rows.sort_by_key(|row| row.at);
    }
    (rows, left)
}

/// How many paths have each answer.
pub(super) fn count(access: &Access, answer: Answer) -> usize {
    access.paths.iter().filter(|path| path.answer == answer).count()
}

/// How many expectations ended so.
pub(super) fn count_outcome(access: &Access, outcome: Outcome) -> usize {
    access.expectations.iter().filter(|of| Outcome::of(of) == outcome).count()
}

/// `3 yes, 1 no`: answers that occur.
pub(super) fn answers(access: &Access) -> String {
    let all = [Answer::Yes, Answer::No, Answer::Depends, Answer::Unknown];
    let counts = all.map(|answer| (count(access, answer), answer.name()));
    join(&counts)
}

/// `1 broken, 3 held`: outcomes that occur.
pub(super) fn outcomes(access: &Access) -> String {
    join(&Outcome::ALL.map(|outcome| (count_outcome(access, outcome), outcome.words())))
}

/// Numbers with their words, without zeros.
pub(super) fn join(counts: &[(usize, &str)]) -> String {
    let some = counts.iter().filter(|(count, _)| *count > 0);
    some.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

/// `3 principals, 2 secrets, 1 key in 2 accounts`.
pub(super) fn world(access: &Access) -> String {
    let number = |count: usize, noun| plural(count as u64, noun);
    format!(
        "{}, {}, {} in {}",
        number(access.principals.len(), "principal"),
        number(access.secrets.len(), "secret"),
        number(access.keys.len(), "key"),
        number(access.accounts.len(), "account")
    )
}

/// What the run comes to, in one line.
pub(super) fn summary(access: &Access) -> String {
    let mut line = plural(access.paths.len() as u64, "path");
    if !access.paths.is_empty() {
        line = format!("{line}: {}", answers(access));
    }
    line = format!("{line}; {}", world(access));
    if !access.expectations.is_empty() {
        line = format!("{line}; expectations: {}", outcomes(access));
    }
    line
}

/// Why there is no answer at all.
pub(super) const fn nothing(access: &Access) -> Option<&'static str> {
    match (access.principals.is_empty(), access.secrets.is_empty()) {
        (true, true) => {
            Some("nothing to answer: no principal and no secret was found in what was read")
        }
        (true, false) => Some("nothing to answer: no principal was found in what was read"),
        (false, true) => Some("nothing to answer: no secret was found in what was read"),
        (false, false) => None,
    }
}
