//! What a run said.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::fixture::Run;

impl Run {
    /// This run with its report, if the instruction was good.
    pub(crate) fn with_report(mut self) -> Self {
        if self.code == 2 {
            assert_eq!(self.out, "", "a report of a bad instruction");
        } else {
            self.report = serde_json::from_str(&self.out).unwrap_or_else(|problem| {
                panic!("no report ({problem}), code {}: {}", self.code, self.err)
            });
            self.check_exit_code();
        }
        self
    }

    /// The exit code says what the report says.
    fn check_exit_code(&self) {
        let gaps = self.list("skipped").iter().filter(|gap| gap["accepted"].is_null()).count();
        let is_complete = self.report["complete"].as_bool().unwrap();
        assert_eq!(is_complete, gaps == 0, "complete or not? {}", self.out);
        let expected = match (self.list("findings").len(), is_complete) {
            (0, true) => 0,
            (0, false) => 3,
            _ => 1,
        };
        assert_eq!(self.code, expected, "{}\n{}", self.err, self.out);
    }

    /// A list of the report.
    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.report[name].as_array().map_or(&[], Vec::as_slice)
    }

    /// The secrets that were found, sorted.
    pub(crate) fn secrets(&self) -> BTreeSet<&str> {
        let findings = self.list("findings").iter();
        findings.filter_map(|finding| finding["secret"]["raw"].as_str()).collect()
    }

    /// The finding of a secret.
    pub(crate) fn finding(&self, secret: &str) -> &Value {
        let mut findings = self.list("findings").iter();
        let found = findings.find(|finding| finding["secret"]["raw"] == secret);
        found.unwrap_or_else(|| panic!("{secret} is not found: {}\n{}", self.out, self.err))
    }

    /// The origins of the places of a secret, in order.
    pub(crate) fn origins(&self, secret: &str) -> Vec<&str> {
        let places = self.finding(secret)["places"].as_array().unwrap().iter();
        places.map(|place| place["origin"].as_str().unwrap()).collect()
    }

    /// The rules of the findings in policies.
    pub(crate) fn policy_rules(&self) -> BTreeSet<&str> {
        let findings = self.list("findings").iter().filter(|finding| !finding["policy"].is_null());
        findings.map(|finding| finding["rule"].as_str().unwrap()).collect()
    }

    /// Exactly these secrets are found, and nothing is missing.
    #[track_caller]
    pub(crate) fn assert_finds(&self, secrets: &[&str]) {
        let expected: BTreeSet<&str> = secrets.iter().copied().collect();
        assert_eq!(self.secrets(), expected, "{}", self.err);
        let code = i32::from(!secrets.is_empty());
        assert_eq!(self.code, code, "{}\n{}", self.err, self.out);
        assert_eq!(self.report["complete"], true, "{}", self.out);
    }

    /// Exactly these secrets are found, and something that one of these words names could not be read.
    #[track_caller]
    pub(crate) fn assert_incomplete(&self, secrets: &[&str], names: &[&str]) {
        let expected: BTreeSet<&str> = secrets.iter().copied().collect();
        assert_eq!(self.secrets(), expected, "{}\n{}", self.err, self.out);
        let code = if secrets.is_empty() { 3 } else { 1 };
        assert_eq!(self.code, code, "{}\n{}", self.err, self.out);
        assert_eq!(self.report["complete"], false, "{}", self.out);
        let gaps = self.gaps();
        let is_named = gaps.iter().any(|gap| names.iter().any(|name| gap.contains(name)));
        assert!(is_named, "none of {names:?} in {gaps:?}");
        assert!(self.err.contains("not scanned"), "{}", self.err);
    }

    /// What was not scanned, and why.
    pub(crate) fn gaps(&self) -> Vec<String> {
        let text = |gap: &Value, field: &str| gap[field].as_str().unwrap().to_owned();
        let gaps = self.list("skipped").iter();
        gaps.map(|gap| format!("{}: {}", text(gap, "origin"), text(gap, "detail"))).collect()
    }

    /// The instruction was refused, with these words in the explanation.
    #[track_caller]
    pub(crate) fn assert_refused(&self, word: &str) {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{}", self.err);
        assert!(self.err.contains(word) && self.err.contains("help:"), "{}", self.err);
    }

    /// A count of what was looked at in the repository.
    pub(crate) fn count(&self, name: &str) -> u64 {
        let count = self.report["stats"]["git"][name].as_u64();
        count.unwrap_or_else(|| panic!("no stats.git.{name}: {}", self.report["stats"]))
    }
}
