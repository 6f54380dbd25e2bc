//! A Chromium without windows that does what the tests say, by the protocol of its developer tools. It talks over a pipe, so
//! that it needs no port and nothing else that is installed.

#![expect(clippy::disallowed_methods, reason = "programs are where the environment says")]
#![expect(clippy::print_stderr, reason = "what is not checked is said")]

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// What it is called, by who packed it.
const PROGRAMS: &[&str] = &[
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// How long a page may take to become as a test wants it.
const PATIENCE: Duration = Duration::from_secs(20);

/// The pipe that Chromium reads is 3, the one that it writes is 4.
const PIPES: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;

/// A browser with one page, which is closed when this is dropped.
pub(crate) struct Browser {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    session: String,
    last: u64,
    /// What the page did that tests must know of: errors, requests.
    events: Vec<Value>,
    folder: TempDir,
}

/// Chromium on `PATH`, or a word about what is not checked without it.
fn program(what: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut files = PROGRAMS
        .iter()
        .flat_map(|name| env::split_paths(&path).map(move |folder| folder.join(name)));
    let found = files.find(|file| file.is_file());
    if found.is_none() {
        assert!(env::var_os("KEYLINT_REQUIRE_TOOLS").is_none(), "no Chromium is on PATH");
        eprintln!("not checked without Chromium: {what}");
    }
    found
}

impl Browser {
    /// A browser, where there is one.
    pub(crate) fn start(what: &str) -> Option<Self> {
        let program = program(what)?;
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new("sh")
            .args(["-c", PIPES])
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--hide-scrollbars",
            ])
            .args([
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--remote-debugging-pipe",
            ])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut browser = Self {
            process,
            input,
            output,
            session: String::new(),
            last: 0,
            events: Vec::new(),
            folder,
        };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", &attach);
        attached["sessionId"].as_str().unwrap().clone_into(&mut browser.session);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser.size(1400, 1000);
        Some(browser)
    }

    /// Opens a page from a file.
    pub(crate) fn open(&mut self, page: &[u8]) {
        self.open_at(page, "");
    }

    /// Opens a page from a file, with what stands behind `#` in its address.
    pub(crate) fn open_at(&mut self, page: &[u8], fragment: &str) {
        let file = self.folder.path().join("page.html");
        std::fs::write(&file, page).unwrap();
        self.events.clear();
        // To another fragment of the same page a browser only scrolls.
        self.call("Page.navigate", &json!({ "url": "about:blank" }));
        self.wait("location.protocol === 'about:'");
        self.call("Page.navigate", &json!({ "url": format!("{}{fragment}", address(&file)) }));
        self.wait("document.readyState === 'complete' && location.protocol === 'file:'");
    }

    /// How large the window is, in pixels.
    pub(crate) fn size(&mut self, width: u32, height: u32) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", &size);
    }

    /// What the system says of light and dark.
    pub(crate) fn theme(&mut self, name: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": name });
        self.call("Emulation.setEmulatedMedia", &json!({ "features": [feature] }));
    }

    /// Scripts of pages that are opened from now on do not run.
    pub(crate) fn without_scripts(&mut self) {
        self.call("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
    }

    /// The value of an expression in the page.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let result = self.call(
            "Runtime.evaluate",
            &json!({ "expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true }),
        );
        let failed = result.get("exceptionDetails");
        assert!(failed.is_none(), "{expression}: {failed:?}");
        result["result"]["value"].clone()
    }

    /// The text that an expression in the page gives.
    pub(crate) fn text(&mut self, expression: &str) -> String {
        let value = self.value(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression} gives {value}")).to_owned()
    }

    /// Waits until an expression is true.
    pub(crate) fn wait(&mut self, expression: &str) {
        let start = Instant::now();
        while self.value(expression) != Value::Bool(true) {
            assert!(start.elapsed() < PATIENCE, "this does not come true: {expression}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Clicks on the first element that a selector finds.
    pub(crate) fn click(&mut self, selector: &str) {
        let event = "new MouseEvent('click', { bubbles: true })";
        self.value(&format!("document.querySelector({}).dispatchEvent({event})", json!(selector)));
    }

    /// Presses a key where the focus is.
    pub(crate) fn press(&mut self, key: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            "End" => 35,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            "j" => 74,
            "k" => 75,
            "/" | "?" => 191,
            _ => panic!("what is the code of {key}?"),
        };
        for kind in ["rawKeyDown", "keyUp"] {
            let event =
                json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code });
            self.call("Input.dispatchKeyEvent", &event);
        }
    }

    /// Errors, refusals by the policy of the page, dialogs, and requests other than for the page itself.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        // Whatever happened before this answer has been told before it.
        self.value("1");
        let events = std::mem::take(&mut self.events);
        events.iter().filter(|event| is_complaint(event)).map(ToString::to_string).collect()
    }

    /// What a command answers.
    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": parameters });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        write!(self.input, "{message}\0").unwrap();
        self.input.flush().unwrap();
        loop {
            let message = self.read();
            if message["id"] == self.last {
                assert!(message.get("error").is_none(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    fn read(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.output.read_until(0, &mut bytes).unwrap();
        assert_eq!(bytes.pop(), Some(0), "Chromium ended");
        serde_json::from_slice(&bytes).unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn is_complaint(event: &Value) -> bool {
    match event["method"].as_str().unwrap_or_default() {
        "Runtime.exceptionThrown"
        | "Runtime.consoleAPICalled"
        | "Log.entryAdded"
        | "Page.javascriptDialogOpening" => true,
        "Network.requestWillBeSent" => {
            let url = event["params"]["request"]["url"].as_str().unwrap_or_default();
            url != "about:blank" && !(url.starts_with("file://") && url.ends_with("/page.html"))
        }
        _ => false,
    }
}

fn address(file: &Path) -> String {
    format!("file://{}", file.display())
}

#[test]
fn complaints_are_heard() {
    let Some(mut browser) = Browser::start("that tests of pages hear errors") else { return };
    let policy = "<meta http-equiv=Content-Security-Policy content=\"img-src 'none'\">";
    for wrong in [
        "<script>throw 1</script>".to_owned(),
        format!("{policy}<img src=data:,>"),
        "<img src=http://127.0.0.1:9/>".to_owned(),
    ] {
        browser.open(format!("<!doctype html>{wrong}").as_bytes());
        assert!(!browser.complaints().is_empty(), "{wrong}");
    }
}
