//! AWS Systems Manager Parameter Store.
use super::Check;
pub(super) const CHECKS: &[Check] = &[];
