//! Three values of truth, the middle one with its reason: what a request decides, and what was not given.

/// Whether something holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::policy) enum Truth {
    /// It does not.
    #[default]
    No,
    /// For some requests it does, for others it does not.
    Depends,
    /// What would tell was not given.
    Unknown,
    /// It does.
    Yes,
}

impl Truth {
    pub(in crate::policy) fn of(is: bool) -> Self {
        if is { Self::Yes } else { Self::No }
    }

    /// Whether both hold.
    pub(in crate::policy) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, rest) | (rest, Self::Yes) => rest,
            (one, other) => one.max(other),
        }
    }

    /// Whether one of both holds.
    pub(in crate::policy) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, rest) | (rest, Self::No) => rest,
            (one, other) => one.max(other),
        }
    }

    /// This, where it is known; else the other, where both agree.
    pub(in crate::policy) fn joined(self, other: Self) -> Self {
        if self == other { self } else { self.max(other).min(Self::Unknown).max(Self::Depends) }
    }

    pub(in crate::policy) fn is_open(self) -> bool {
        matches!(self, Self::Depends | Self::Unknown)
    }

    /// What is left of it where it may be otherwise for a reason that was not given.
    pub(in crate::policy) fn at_most_unknown(self) -> Self {
        if self == Self::Yes { Self::Unknown } else { self }
    }

    /// Whether one of several holds.
    pub(in crate::policy) fn any(all: impl IntoIterator<Item = Self>) -> Self {
        let mut found = Self::No;
        for one in all {
            found = found.or(one);
            if found == Self::Yes {
                break;
            }
        }
        found
    }

    /// Whether all of several hold.
    pub(in crate::policy) fn all(all: impl IntoIterator<Item = Self>) -> Self {
        let mut found = Self::Yes;
        for one in all {
            found = found.and(one);
            if found == Self::No {
                break;
            }
        }
        found
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            open => open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, Depends, No, Unknown, Yes};

    #[test]
    fn what_is_open_stays_open_unless_the_rest_decides() {
        assert_eq!(
            [Yes.and(Depends), No.and(Unknown), Depends.and(Unknown)],
            [Depends, No, Unknown]
        );
        assert_eq!([Yes.or(Unknown), No.or(Depends), Depends.or(Unknown)], [Yes, Depends, Unknown]);
        assert_eq!([!Yes, !No, !Depends, !Unknown], [No, Yes, Depends, Unknown]);
        assert_eq!([Yes.joined(No), Yes.joined(Yes), No.joined(Depends)], [Unknown, Yes, Depends]);
        assert_eq!((Truth::any([]), Truth::all([])), (No, Yes));
    }
}
