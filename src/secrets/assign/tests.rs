//! Every syntax with what is read of it.

use super::*;
