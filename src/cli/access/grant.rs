//! `keylint access grant`.

use super::args::{GrantArgs, GrantFormat};
use super::{Exit, Failure, World, output};
use keylint::report::access::write_grant;
use keylint::scan::grant;

pub(super) fn run(args: &GrantArgs) -> Result<Exit, Failure> {
    let world = World::new(&args.world)?;
    let grant = grant(
        (&args.principal, &args.secret),
        (&world.sources, world.manifest.as_deref()),
        &world.config,
    )?;
    output::write(None, |out| match args.format {
        GrantFormat::Text => write!(out, "{grant}"),
        GrantFormat::Json => write_grant(&grant, out),
    })?;
    Ok(Exit::Clean)
}
