//! Labels that tell apart what has one name.

use std::collections::HashSet;

use super::PrincipalKind;
use super::build::Builder;

impl Builder<'_> {
    /// Gives those a longer label whose label another one has. The first keeps it.
    pub(super) fn tell_apart(&mut self) {
        let world = &mut self.world;
        let mut taken = HashSet::new();
        for account in &mut world.accounts {
            unique(&mut account.label, &mut taken, None);
        }
        let mut taken = HashSet::new();
        for principal in &mut world.principals {
            let kind = match principal.kind {
                PrincipalKind::User => Some(" (user)".to_owned()),
                PrincipalKind::Role => Some(" (role)".to_owned()),
                PrincipalKind::Account => None,
            };
            unique(&mut principal.label, &mut taken, kind);
        }
        let mut taken = HashSet::new();
        for secret in &mut world.secrets {
            let region = secret.region.text().filter(|_| !secret.is_replica);
            let more = match region {
                Some(region) => Some(format!("@{region}")),
                None => secret.is_parameter.then(|| " (parameter)".to_owned()),
            };
            unique(&mut secret.label, &mut taken, more);
        }
        let mut taken = HashSet::new();
        for key in &mut world.keys {
            unique(&mut key.label, &mut taken, None);
        }
    }
}

/// Makes a label one that is not taken: with what else is known, else with a number.
fn unique(label: &mut String, taken: &mut HashSet<String>, more: Option<String>) {
    if taken.insert(label.clone()) {
        return;
    }
    let longer = format!("{label}{}", more.unwrap_or_default());
    let mut wanted = longer.clone();
    let mut number = 2_usize;
    while !taken.insert(wanted.clone()) {
        wanted = format!("{longer} ({number})");
        number += 1;
    }
    *label = wanted;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_keeps_its_label() {
        let mut taken = HashSet::new();
        let made = [None, Some(" (user)"), Some(" (user)"), None].map(|more: Option<&str>| {
            let mut label = "app/x".to_owned();
            unique(&mut label, &mut taken, more.map(str::to_owned));
            label
        });
        assert_eq!(made, ["app/x", "app/x (user)", "app/x (user) (2)", "app/x (2)"]);
    }
}
