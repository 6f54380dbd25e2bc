//! What takes its policy from where: the kind of a document that its consumer decides, across files and modules.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use super::terraform::{self, Call, Module, Use};
use super::{Dialect, Stack};
use crate::policy::text;
use crate::policy::tree::{Node, Value};

/// The prefix of a use that is a file.
const FILE: &str = "file:";

/// Every reference in a value: names of other values, and files.
pub(super) fn collect(node: &Node, visit: &mut dyn FnMut(&str)) {
    match &node.value {
        Value::Hole(name) => visit(name),
        Value::Call(name, given) if name == "file" || name == "templatefile" => {
            if let Some(path) = given.first().and_then(Node::string) {
                visit(&format!("{FILE}{path}"));
            }
        }
        Value::Call(_, items) | Value::List(items) => {
            for item in items {
                collect(item, visit);
            }
        }
        Value::String(text) => {
            if let Some((name, "")) = text::leading_hole(text) {
                visit(name);
            }
        }
        Value::Map(_) | Value::Json(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Gives every document the kind that its consumers say it has.
pub fn follow(stacks: &mut [Stack]) {
    let places = Places::of(stacks);
    for called in places.callers.keys() {
        if let Some(stack) = stacks.get_mut(*called) {
            stack.is_called = true;
        }
    }
    let mut open: Vec<(usize, Use)> = Vec::new();
    for (at, stack) in stacks.iter().enumerate() {
        open.extend(stack.module.uses.iter().map(|one| (at, one.clone())));
    }
    let mut seen: HashSet<(usize, String, Option<String>)> = HashSet::new();
    while let Some((at, one)) = open.pop() {
        if seen.insert((at, one.from.clone(), one.by.clone())) {
            mark(stacks, &places, at, &one, &mut open);
            open.extend(places.next(stacks, at, &one));
        }
    }
}

/// Gives the documents that a use names its kind; what these are made of is used in the same way.
fn mark(stacks: &mut [Stack], places: &Places, at: usize, one: &Use, open: &mut Vec<(usize, Use)>) {
    if let Some(path) = one.from.strip_prefix(FILE) {
        let file = stacks.get(at).and_then(|stack| places.file(stack, path));
        let roots = file.and_then(|file| stacks.get_mut(file)).map(|stack| &mut stack.roots);
        for root in roots.into_iter().flatten() {
            root.hint = Some(one.hint);
        }
    } else if one.from.starts_with("data.") {
        let name = one.from.rsplit_once('.').map_or(one.from.as_str(), |(name, _)| name);
        let roots = stacks.get_mut(at).map_or(&mut [][..], |stack| &mut stack.roots);
        for root in roots.iter_mut().filter(|root| root.name.as_deref() == Some(name)) {
            root.hint = Some(one.hint);
            root.attached.extend(one.by.clone());
            open.extend(
                root.sources.iter().map(|from| (at, Use { from: from.clone(), ..one.clone() })),
            );
        }
    }
}

/// Writes modules that are called by their path into those that call them. Those are left without resources: what they declare
/// is what others make of it.
pub fn inline(stacks: &mut [Stack]) {
    let places = Places::of(stacks);
    let called_by = |at: usize, call: &Call| {
        let stack = stacks.get(at).filter(|stack| stack.dialect == Dialect::Terraform)?;
        places.called(stack, &call.source).filter(|called| *called != at)
    };
    let modules: Vec<&Module> = stacks.iter().map(|stack| &stack.module).collect();
    let mut all = Vec::new();
    for (at, stack) in stacks.iter().enumerate() {
        if places.callers.contains_key(&at) || stack.module.calls.is_empty() {
            continue;
        }
        let inlined = terraform::inline::inlined(&modules, at, &called_by);
        all.extend(inlined.map(|module| (at, module, places.reached(stacks, at))));
    }
    let mut done = BTreeSet::new();
    for (at, module, reached) in all {
        let Some(stack) = stacks.get_mut(at) else { continue };
        stack.replace(module);
        done.extend(reached);
    }
    for at in done {
        if let Some(stack) = stacks.get_mut(at) {
            stack.forget();
        }
    }
}

/// Which stack lies where, and which call which.
struct Places {
    modules: HashMap<PathBuf, usize>,
    files: HashMap<PathBuf, usize>,
    /// The calls of a module: the module that has the call, and which of its calls it is.
    callers: BTreeMap<usize, Vec<(usize, usize)>>,
}

impl Places {
    fn of(stacks: &[Stack]) -> Self {
        let by_path = |dialect: Dialect| {
            let all = stacks.iter().enumerate().filter(|(_, stack)| stack.dialect == dialect);
            all.map(|(at, stack)| (normal(&stack.path), at)).collect()
        };
        let mut places = Self {
            modules: by_path(Dialect::Terraform),
            files: by_path(Dialect::Bare),
            callers: BTreeMap::new(),
        };
        for (at, stack) in stacks.iter().enumerate() {
            for (call, module) in stack.module.calls.iter().enumerate() {
                if let Some(called) = places.called(stack, &module.source) {
                    places.callers.entry(called).or_default().push((at, call));
                }
            }
        }
        places
    }

    /// The modules that one calls, and those that they call.
    fn reached(&self, stacks: &[Stack], at: usize) -> HashSet<usize> {
        let (mut found, mut open) = (HashSet::new(), vec![at]);
        while let Some(stack) = open.pop().and_then(|at| stacks.get(at)) {
            for call in &stack.module.calls {
                let called = self.called(stack, &call.source);
                open.extend(called.filter(|called| *called != at && found.insert(*called)));
            }
        }
        found
    }

    /// The module that a call names by its path.
    fn called(&self, stack: &Stack, source: &str) -> Option<usize> {
        let is_path = source.starts_with("./") || source.starts_with("../");
        is_path.then(|| self.modules.get(&normal(&stack.path.join(source))).copied()).flatten()
    }

    /// The policy file that a module names by its path.
    fn file(&self, stack: &Stack, path: &str) -> Option<usize> {
        self.files.get(&normal(&stack.path.join(relative(path)))).copied()
    }

    /// What a name of a module stands for: an argument of those who call it, an output of one it calls, a local.
    fn next(&self, stacks: &[Stack], at: usize, one: &Use) -> Vec<(usize, Use)> {
        let Some(stack) = stacks.get(at) else { return Vec::new() };
        let mut values: Vec<(usize, &Node)> = Vec::new();
        let mut by = None;
        if let Some(variable) = one.from.strip_prefix("var.") {
            for (caller, call) in self.callers.get(&at).into_iter().flatten() {
                let call = stacks.get(*caller).and_then(|stack| stack.module.calls.get(*call));
                let argument = call.and_then(|call| call.arguments.get(variable));
                values.extend(argument.map(|argument| (*caller, argument)));
            }
        } else if let Some(rest) = one.from.strip_prefix("module.") {
            values.extend(self.output(stacks, stack, rest));
        } else if let Some(local) = one.from.strip_prefix("local.") {
            by.clone_from(&one.by);
            values.extend(stack.module.local(local).map(|value| (at, value)));
        }
        let mut next = Vec::new();
        for (at, value) in values {
            collect(value, &mut |from| {
                next.push((at, Use { from: from.into(), hint: one.hint, by: by.clone() }));
            });
        }
        next
    }

    /// The value of `module.name.output`, in the module that is called.
    fn output<'s>(
        &self,
        stacks: &'s [Stack],
        stack: &Stack,
        name: &str,
    ) -> Option<(usize, &'s Node)> {
        let (module, output) = name.split_once('.')?;
        let call = stack.module.calls.iter().find(|call| call.name == module)?;
        let called = self.called(stack, &call.source)?;
        Some((called, stacks.get(called)?.module.outputs.get(output)?))
    }
}

/// A path as written in a module, without the name that stands for its own folder.
fn relative(path: &str) -> &str {
    let path = match text::leading_hole(path) {
        Some(("path.module" | "path.root" | "path.cwd", rest)) => rest,
        _ => path,
    };
    path.trim_start_matches('/')
}

/// The path without `.` and `..`, as far as that can be told from its text.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
