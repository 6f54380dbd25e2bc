//! Policies made ready to be asked: which requests of which principals each statement is about.

use std::ops::Range;

use super::condition::Line;
use super::context::{Action, Context};
use super::description::At;
use super::reading::{Filled, Scope, Style, Symbols, Written};
use super::truth::Truth;
use super::who::{Named, Way, Who};
use crate::policy::actions;
use crate::policy::document::{Document, Effect, Element, Root, Sense, Statement, Text};
use crate::policy::link::Doubts;
use crate::policy::text::has_hole;
use crate::policy::tree::Node;

/// A document.
pub(in crate::policy) struct Policy<'w> {
    pub(super) file: usize,
    pub(super) span: Range<usize>,
    pub(super) statements: Vec<Prepared<'w>>,
    /// Whether these are all its statements.
    pub(super) is_complete: bool,
}

/// A statement.
pub(super) struct Prepared<'w> {
    pub(super) node: &'w Node,
    /// `None` where a template leaves it open.
    effect: Option<Effect>,
    /// Whether it is about each action, by the action's number.
    actions: [Truth; Action::ALL.len()],
    /// Whether it is about assuming a role.
    assumes: Truth,
    pub(super) written_actions: Option<&'w [Node]>,
    resources: Option<(Sense, Vec<Item<Written>>)>,
    principals: Option<(Sense, Vec<Item<Who>>)>,
    pub(super) lines: Vec<Line<'w>>,
    /// Whether a template may leave it out.
    is_alternative: bool,
    /// Whether a template may leave out something of it that is no item of a list.
    is_shaky: bool,
}

/// An item of an element.
pub(super) struct Item<T> {
    pub(super) is: T,
    /// Whether a template may leave it out.
    pub(super) is_alternative: bool,
}

/// What of a statement fits a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) action: Truth,
    pub(super) resource: Truth,
    pub(super) condition: Truth,
}

impl<'w> Policy<'w> {
    /// Reads a document.
    pub(super) fn read(
        (root, document): (&'w Root, &'w Document<'w>),
        doubts: Option<&Doubts>,
        scope: &Scope,
        symbols: &mut Symbols,
    ) -> Self {
        let version = document.node.get("Version").and_then(Node::string);
        let has_variables = version == Some("2012-10-17");
        let unsure = Unsure { document, doubts, file: root.file };
        let read =
            |statement| Prepared::read(statement, unsure, has_variables, (scope, &mut *symbols));
        Self {
            file: root.file,
            span: document.node.span.clone(),
            statements: document.statements.iter().map(read).collect(),
            is_complete: document.is_complete,
        }
    }

    /// Says that it may not be there.
    pub(super) fn doubt(&mut self) {
        self.statements.iter_mut().for_each(|statement| statement.is_alternative = true);
    }

    /// Where it stands.
    pub(super) fn at(&self) -> At {
        At { file: self.file, span: self.span.clone() }
    }

    /// Whether only services of AWS may assume the role that this is the trust policy of.
    pub(super) fn is_of_services(&self) -> bool {
        let is_service = |item: &Item<Who>| matches!(&item.is, Who::Other(name) if name.contains(".amazonaws.com"));
        self.is_complete
            && self.statements.iter().filter(|statement| statement.may_allow()).all(|statement| {
                matches!(&statement.principals, Some((Sense::Is, items)) if items.iter().all(is_service))
            })
    }
}

impl<'w> Prepared<'w> {
    fn read(
        statement: &'w Statement<'w>,
        unsure: Unsure,
        has_variables: bool,
        (scope, symbols): (&Scope, &mut Symbols),
    ) -> Self {
        let node = statement.node;
        let is_alternative = |span: &Range<usize>| unsure.is_alternative(span);
        let about =
            |service: &str, name: &str| about(statement.actions.as_ref(), (service, name), unsure);
        let resources = statement.resources.as_ref().map(|element| {
            let mut items: Vec<Item<Written>> = element
                .items
                .iter()
                .map(|text| Item {
                    is: Written::read(
                        text.value,
                        Style::Resource,
                        has_variables,
                        (scope, &mut *symbols),
                    ),
                    is_alternative: is_alternative(&text.span),
                })
                .collect();
            if items.len() < element.entry.value.items().len() {
                // Something that is no text: nobody knows what AWS makes of it.
                items.push(Item { is: Written::unknown(), is_alternative: false });
            }
            (element.sense, items)
        });
        let principals = statement.principals.as_ref().map(|element| {
            let items = element.items.iter().map(|principal| Item {
                is: Who::read(principal, (scope, &mut *symbols)),
                is_alternative: is_alternative(&principal.span),
            });
            (element.sense, items.collect())
        });
        let is_effect_open = node
            .get("Effect")
            .is_some_and(|node| node.is_open() || node.string().is_some_and(has_hole));
        let conditions = statement.conditions.iter().cloned();
        Self {
            node,
            effect: if is_effect_open { None } else { statement.effect.or(Some(Effect::Allow)) },
            actions: Action::ALL.map(|action| about(action.service(), action.name())),
            assumes: Truth::any(
                ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"]
                    .map(|name| about("sts", name)),
            ),
            written_actions: statement.actions.as_ref().map(|element| element.entry.value.items()),
            resources,
            principals,
            lines: conditions
                .map(|condition| Line::read(condition, has_variables, scope, symbols))
                .collect(),
            is_alternative: is_alternative(&node.span),
            is_shaky: unsure.is_shaky(node),
        }
        .checked(statement)
    }

    /// A statement whose effect is neither word is none.
    fn checked(mut self, statement: &Statement) -> Self {
        if self.effect.is_some() && statement.effect.is_none() {
            self.actions = [Truth::No; Action::ALL.len()];
            self.assumes = Truth::No;
        }
        self
    }

    /// Whether it allows, as far as is known.
    pub(super) fn may_allow(&self) -> bool {
        self.effect != Some(Effect::Deny)
    }

    /// Whether it denies, as far as is known.
    pub(super) fn may_deny(&self) -> bool {
        self.effect != Some(Effect::Allow)
    }

    /// What is left of a truth about this statement where the statement itself is uncertain.
    fn certain(&self, truth: Truth) -> Truth {
        if self.is_alternative || self.effect.is_none() { truth.at_most_unknown() } else { truth }
    }

    pub(super) fn action(&self, action: Action) -> Truth {
        self.actions.get(action as usize).copied().unwrap_or(Truth::No)
    }

    /// What of it fits a request, whoever makes it.
    pub(super) fn fit(&self, context: &Context) -> Fit {
        Fit {
            action: self.action(context.action),
            resource: self.resource(context),
            condition: Truth::all(self.lines.iter().map(|line| line.holds(context))),
        }
    }

    /// Whether it is about a request, whoever makes it.
    pub(super) fn applies(&self, context: &Context) -> Truth {
        let action = self.action(context.action);
        if action == Truth::No {
            return Truth::No;
        }
        let resource = self.resource(context);
        if resource == Truth::No {
            return Truth::No;
        }
        let lines = if self.is_shaky {
            Truth::Unknown
        } else {
            Truth::all(self.lines.iter().map(|line| line.holds(context)))
        };
        self.certain(action.and(resource).and(lines))
    }

    fn resource(&self, context: &Context) -> Truth {
        // A statement without a resource has no effect.
        // https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
        let Some((sense, items)) = &self.resources else { return Truth::No };
        let listed = Truth::any(items.iter().map(|item| item.matches(context)));
        let is_variable_missing = || items.iter().any(|item| item.stands_for_nothing(context));
        match sense {
            Sense::Is => listed,
            // What a missing variable makes of the others is not documented.
            Sense::IsNot if is_variable_missing() => (!listed).at_most_unknown(),
            Sense::IsNot => !listed,
        }
    }

    /// The items of `Resource`.
    pub(super) fn listed_resources(&self) -> &[Item<Written>] {
        match &self.resources {
            Some((Sense::Is, items)) => items,
            _ => &[],
        }
    }

    /// The items of `Principal`.
    pub(super) fn listed_principals(&self) -> &[Item<Who>] {
        match &self.principals {
            Some((Sense::Is, items)) => items,
            _ => &[],
        }
    }

    /// How it names who makes the request.
    pub(super) fn names(&self, context: &Context) -> Named {
        let Some((sense, items)) = &self.principals else { return Named::default() };
        if *sense == Sense::IsNot {
            let listed = Truth::any(items.iter().map(|item| item.any(context)));
            return Named { directly: !listed, ..Named::default() };
        }
        let mut named = Named::default();
        for item in items {
            let (way, truth) = item.names(context);
            let truth = if item.is_alternative { truth.at_most_unknown() } else { truth };
            // Everybody whose ARN a condition names is that role, not everybody.
            let is_of_arn = || self.lines.iter().any(|line| line.key == "aws:principalarn");
            match way {
                Way::Everyone if context.is_role() && is_of_arn() => {
                    named.as_role = named.as_role.or(truth);
                }
                Way::Directly | Way::Everyone => named.directly = named.directly.or(truth),
                Way::AsRole => named.as_role = named.as_role.or(truth),
                Way::ByAccount => named.by_account = named.by_account.or(truth),
            }
        }
        named
    }

    /// Whether a Deny of a policy with principals is about who makes the request.
    pub(super) fn is_about(&self, context: &Context) -> Truth {
        let Some((sense, items)) = &self.principals else { return Truth::No };
        if *sense == Sense::Is {
            return Truth::any(items.iter().map(|item| item.any(context)));
        }
        // Who is to be exempt must be named with its account, and a session with its role: half of it may still be denied.
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        let ways: Vec<(Way, Truth)> = items.iter().map(|item| item.names(context)).collect();
        let named = |wanted: Way| {
            Truth::any(ways.iter().filter(|(way, _)| *way == wanted).map(|(_, truth)| *truth))
        };
        let account = named(Way::ByAccount);
        let own = if context.is_role() {
            named(Way::AsRole).and(named(Way::Directly))
        } else {
            named(Way::Directly)
        };
        let all = Truth::any(ways.iter().map(|(_, truth)| *truth));
        match (account.and(own).or(named(Way::Everyone)), all) {
            (Truth::Yes, _) => Truth::No,
            (_, Truth::No) => Truth::Yes,
            _ => Truth::Unknown,
        }
    }

    /// Whether it lets somebody assume the role that it is of the trust policy of.
    pub(super) fn lets_assume(&self) -> Truth {
        if self.principals.is_none() { Truth::No } else { self.certain(self.assumes) }
    }

    /// Whether it lets a service assume it.
    pub(super) fn lets_service(&self, service: &str) -> bool {
        self.lets_assume() != Truth::No
            && self.listed_principals().iter().any(|item| match &item.is {
                Who::Other(name) => name == service,
                Who::Everyone | Who::Open => true,
                _ => false,
            })
    }
}

impl Item<Written> {
    pub(super) fn matches(&self, context: &Context) -> Truth {
        let truth = match self.is.filled(context) {
            Filled::Pattern(pattern) => pattern.matches(context.resource()),
            Filled::Nothing => Truth::No,
        };
        if self.is_alternative { truth.at_most_unknown() } else { truth }
    }

    fn stands_for_nothing(&self, context: &Context) -> bool {
        self.is.fixed().is_none() && matches!(self.is.filled(context), Filled::Nothing)
    }
}

/// What of a document may not be there.
#[derive(Clone, Copy)]
struct Unsure<'w> {
    document: &'w Document<'w>,
    doubts: Option<&'w Doubts>,
    file: usize,
}

impl Unsure<'_> {
    fn is_alternative(self, span: &Range<usize>) -> bool {
        self.document.is_alternative(span)
            || self.doubts.is_some_and(|doubts| doubts.covers(self.file, span))
    }

    /// Whether a part of a statement that is no list may not be there.
    fn is_shaky(self, statement: &Node) -> bool {
        const LISTS: [&str; 6] =
            ["Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal"];
        let Some(doubts) = self.doubts else { return false };
        let others =
            statement.entries().iter().filter(|entry| !LISTS.contains(&entry.key.as_str()));
        let mut spans = others.map(|entry| &entry.value.span).filter(|span| !span.is_empty());
        !doubts.covers(self.file, &statement.span)
            && spans.any(|span| doubts.touches(self.file, span))
    }
}

/// Whether actions as written take one in.
fn about(
    element: Option<&Element<'_, Text<'_>>>,
    (service, name): (&str, &str),
    unsure: Unsure,
) -> Truth {
    let Some(element) = element else { return Truth::No };
    let item = |text: &Text| {
        if has_hole(text.value) {
            return Truth::Unknown;
        }
        let truth = Truth::of(actions::matches(text.value, service, name));
        if unsure.is_alternative(&text.span) { truth.at_most_unknown() } else { truth }
    };
    let mut listed = Truth::any(element.items.iter().map(item));
    if element.items.len() < element.entry.value.items().len() {
        listed = listed.or(Truth::Unknown);
    }
    if element.sense == Sense::Is { listed } else { !listed }
}
