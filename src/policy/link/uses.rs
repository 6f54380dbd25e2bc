//! What takes its policy from where: the kind of a document that its consumer decides, across files and modules.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use super::terraform::Use;
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
            items.iter().for_each(|item| collect(item, visit));
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
    let modules: HashMap<PathBuf, usize> = stacks
        .iter()
        .enumerate()
        .filter(|(_, stack)| stack.dialect == Dialect::Terraform)
        .map(|(at, stack)| (normal(&stack.path), at))
        .collect();
    let files: HashMap<PathBuf, usize> = stacks
        .iter()
        .enumerate()
        .filter(|(_, stack)| stack.dialect == Dialect::Bare)
        .map(|(at, stack)| (normal(&stack.path), at))
        .collect();
    let mut callers: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
    for (at, stack) in stacks.iter().enumerate() {
        for (call, module) in stack.module.calls.iter().enumerate() {
            if let Some(called) = called(stack, &module.source, &modules) {
                callers.entry(called).or_default().push((at, call));
            }
        }
    }
    let mut open: Vec<(usize, Use)> = Vec::new();
    for (at, stack) in stacks.iter().enumerate() {
        open.extend(stack.module.uses.iter().map(|a_use| (at, a_use.clone())));
    }
    let mut seen: HashSet<(usize, String, Option<String>)> = HashSet::new();
    while let Some((at, Use { from, hint, by })) = open.pop() {
        if !seen.insert((at, from.clone(), by.clone())) {
            continue;
        }
        let Some(stack) = stacks.get(at) else { continue };
        if let Some(path) = from.strip_prefix(FILE) {
            let file = files.get(&normal(&stack.path.join(relative(path)))).copied();
            if let Some(target) = file.and_then(|file| stacks.get_mut(file)) {
                target.roots.iter_mut().for_each(|root| root.hint = Some(hint));
            }
            continue;
        }
        let mut next = |at: usize, node: &Node, by: Option<&String>| {
            collect(node, &mut |name| {
                open.push((at, Use { from: name.into(), hint, by: by.cloned() }));
            });
        };
        if let Some(variable) = from.strip_prefix("var.") {
            for (caller, call) in callers.get(&at).into_iter().flatten() {
                let call = stacks.get(*caller).and_then(|stack| stack.module.calls.get(*call));
                if let Some(argument) = call.and_then(|call| call.arguments.get(variable)) {
                    next(*caller, argument, None);
                }
            }
        } else if let Some((module, output)) =
            from.strip_prefix("module.").and_then(|rest| rest.split_once('.'))
        {
            let call = stack.module.calls.iter().find(|call| call.name == module);
            let child = call.and_then(|call| called(stack, &call.source, &modules));
            let child = child.and_then(|child| Some((child, stacks.get(child)?)));
            if let Some((child, value)) =
                child.and_then(|(at, stack)| Some((at, stack.module.outputs.get(output)?)))
            {
                next(child, value, None);
            }
        } else if let Some(local) = from.strip_prefix("local.") {
            if let Some(value) = stack.module.local(local) {
                next(at, value, by.as_ref());
            }
        } else if from.starts_with("data.") {
            let document = from.rsplit_once('.').map_or(from.as_str(), |(document, _)| document);
            let roots = stacks.get_mut(at).map_or(&mut [][..], |stack| &mut stack.roots);
            for root in roots.iter_mut().filter(|root| root.name.as_deref() == Some(document)) {
                root.hint = Some(hint);
                root.attached.extend(by.clone());
                let sources = root.sources.iter();
                open.extend(
                    sources.map(|name| (at, Use { from: name.clone(), hint, by: by.clone() })),
                );
            }
        }
    }
}

/// The module that a call names by its path.
fn called(stack: &Stack, source: &str, modules: &HashMap<PathBuf, usize>) -> Option<usize> {
    let is_path = source.starts_with("./") || source.starts_with("../");
    is_path.then(|| modules.get(&normal(&stack.path.join(source))).copied()).flatten()
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
fn normal(path: &Path) -> PathBuf {
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
