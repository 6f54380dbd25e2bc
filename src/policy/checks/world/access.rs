//! Paths from principals to secrets, as far as everything that was read holds all documents of them.

use crate::policy::access::{Fault, faulty};
use crate::policy::checks::{Violations, World, quote};

pub(super) fn broken(world: &World, violations: &mut Violations) {
    report(world, Fault::Broken, violations);
}

pub(super) fn dead_grant(world: &World, violations: &mut Violations) {
    report(world, Fault::DeadGrant, violations);
}

pub(super) fn unexpected(world: &World, violations: &mut Violations) {
    report(world, Fault::Unexpected, violations);
}

fn report(world: &World, fault: Fault, violations: &mut Violations) {
    for path in faulty(world).iter().filter(|path| path.fault == fault) {
        let (principal, secret) = (quote(&path.principal), quote(&path.secret));
        let links = path.links.join("; ");
        violations.look_at(path.file);
        violations.report(&path.span, match fault {
            Fault::Broken => format!("{principal} is to read {secret} and cannot. Missing: {links}."),
            Fault::DeadGrant => format!(
                "{principal} is let in here for the sake of {secret}, and cannot read it all the same. Missing: {links}."
            ),
            Fault::Unexpected => format!(
                "{principal} can read {secret}, and accounts.toml says that it cannot."
            ),
        });
    }
}
