//! What other reports get for one finding.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keylint::config::{Config, ConfigFile, Flags};
use keylint::outcome::Outcome;
use keylint::plan::{About, steps};
use keylint::scan::{Progress, scan};
use keylint::source::Source;

use crate::world::{World, password};

fn scanned(world: &World) -> Outcome {
    let config = Config::new(&ConfigFile::default(), &Flags::default(), &[]).unwrap();
    scan(&[Source::Path(world.root())], &config, &Progress::default()).unwrap()
}

#[test]
fn steps_come_in_the_order_in_which_they_are_done() {
    let line = format!("db_password = \"{}\"\n", password());
    let world = World::with(&[("a.py", line.clone()), ("b.rb", line)]);
    let outcome = scanned(&world);
    let [finding] = &outcome.findings[..] else { panic!("{:?}", outcome.findings) };
    let steps = steps(finding, &About::new("My Shop", &outcome));
    let at = |text: &str| steps.iter().position(|step| step.text.contains(text)).unwrap();
    let order = [
        at("Change the password of the database user"),
        at("The same is also at"),
        at("as `my_shop/db_password`"),
    ];
    assert!(order.is_sorted(), "{steps:#?}");
    let languages: Vec<&str> =
        steps.iter().filter_map(|step| step.code.as_ref()).map(|code| code.language).collect();
    assert_eq!(languages, ["bash", "python", "ruby"]);
    let secret = password();
    assert!(steps.iter().all(|step| !step.text.contains(&secret)), "{steps:#?}");
}

#[test]
fn what_has_expired_is_not_rotated() {
    let parts = [r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"iss":"shop","exp":1400000000}"#];
    let signature: Vec<u8> = (0..32_u8).map(|at| at.wrapping_mul(157) ^ 0x5A).collect();
    let signed = parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    let expired = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
    let outcome = {
        let world = World::with(&[("a.py", format!("session = \"{expired}\"\n"))]);
        let flags = Flags { now: 1_750_000_000, ..Flags::default() };
        let config = Config::new(&ConfigFile::default(), &flags, &[]).unwrap();
        scan(&[Source::Path(world.root())], &config, &Progress::default()).unwrap()
    };
    let [finding] = &outcome.findings[..] else { panic!("{:?}", outcome.findings) };
    let steps = steps(finding, &About::default());
    assert!(steps[0].text.starts_with("It has expired: there is nothing to rotate."), "{steps:#?}");
    assert!(steps.iter().all(|step| step.code.is_none()), "{steps:#?}");
}
