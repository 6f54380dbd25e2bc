//! What the command line says, word for word: `tests/cmd/*.trycmd`, each in a copy of the folder of the same name.
//!
//! After a wanted change, `TRYCMD=overwrite cargo test --test cli` rewrites them; read the difference.

#[test]
fn sessions() {
    trycmd::TestCases::new()
        .case("tests/cmd/*.trycmd")
        .case("tests/cmd/*.toml")
        .env("CLICOLOR_FORCE", "")
        .env("COLUMNS", "100")
        .env("SOURCE_DATE_EPOCH", "1700000000");
}
