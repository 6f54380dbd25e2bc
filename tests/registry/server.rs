//! A real registry, on this machine and for one test: `docker-registry` of Debian.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bcrypt::Version;
use tempfile::TempDir;

use super::fake::sha256;

const PROGRAM: &str = "docker-registry";

/// A registry that holds what was pushed to it. It ends with the test.
pub(crate) struct Server {
    child: Child,
    port: u16,
    /// `user:password` of who may push and pull, where not everybody may.
    user: Option<&'static str>,
    _folder: TempDir,
}

impl Server {
    /// Starts it; `None` when it is not there, after a word about what is not checked then.
    pub(crate) fn start(user: Option<&'static str>, what: &str) -> Option<Self> {
        let program = find(what)?;
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut config = format!(
            "version: 0.1\nlog: {{ level: error }}\nstorage: {{ filesystem: {{ rootdirectory: {} }} }}\n\
             http: {{ addr: \"127.0.0.1:{port}\" }}\n",
            folder.path().join("data").display()
        );
        if let Some(user) = user {
            let (name, password) = user.split_once(':').unwrap();
            let hash = bcrypt::hash_with_salt(password, 4, [7; 16]).unwrap();
            let file = folder.path().join("users");
            fs::write(&file, format!("{name}:{}\n", hash.format_for_version(Version::TwoY)))
                .unwrap();
            writeln!(config, "auth: {{ htpasswd: {{ realm: x, path: {} }} }}", file.display())
                .unwrap();
        }
        let path = folder.path().join("config.yml");
        fs::write(&path, config).unwrap();
        let child = Command::new(program)
            .arg("serve")
            .arg(path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, port, user, _folder: folder };
        server.wait();
        Some(server)
    }

    fn wait(&self) {
        for _ in 0..300 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("{PROGRAM} does not listen");
    }

    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Puts a blob there and gives its digest.
    pub(crate) fn push_blob(&self, repository: &str, content: &[u8]) -> String {
        let digest = sha256(content);
        let begun = self.ask("POST", &format!("/v2/{repository}/blobs/uploads/"), "", b"");
        let place = begun.lines().find_map(|line| line.strip_prefix("Location: ")).unwrap();
        let path = &place[place.find("/v2/").unwrap()..];
        let put = format!("{path}&digest={digest}");
        let done = self.ask("PUT", &put, "application/octet-stream", content);
        assert!(done.starts_with("HTTP/1.1 201"), "{done}");
        digest
    }

    pub(crate) fn push_manifest(&self, repository: &str, tag: &str, kind: &str, content: &[u8]) {
        let done = self.ask("PUT", &format!("/v2/{repository}/manifests/{tag}"), kind, content);
        assert!(done.starts_with("HTTP/1.1 201"), "{done}");
    }

    /// The head and body of an answer.
    fn ask(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n",
            self.host(),
            body.len()
        );
        if let Some(user) = self.user {
            write!(head, "Authorization: Basic {}\r\n", STANDARD.encode(user)).unwrap();
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).replace("\r\n", "\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, or a word about what is not checked without it.
fn find(what: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found =
        env::split_paths(&path).map(|folder| folder.join(PROGRAM)).find(|file| file.is_file());
    if found.is_none() {
        assert!(env::var_os("KEYLINT_REQUIRE_TOOLS").is_none(), "{PROGRAM} is not on PATH");
        eprintln!("not checked without {PROGRAM}: {what}");
    }
    found
}
