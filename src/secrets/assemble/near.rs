//! How near two places are to each other.

use std::path::Path;

use crate::blob::Origin;

/// Lines that a block has: what belongs together is mostly written together.
const BLOCK: u64 = 20;

/// Where something lies. In this order, what is near stands side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot<'a> {
    root: Root<'a>,
    folder: Option<&'a Path>,
    path: Option<&'a Path>,
    pub(super) origin: &'a Origin,
    pub(super) line: u64,
    /// What lies there, by a number of the caller's.
    pub(super) item: usize,
}

/// What paths begin at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Root<'a> {
    Stdin,
    Files,
    Repository(Option<&'a Path>),
    Image(&'a str),
    Archive(&'a Origin),
}

/// How far something is, the nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Distance {
    Block,
    File,
    Folder,
    Scan,
}

impl Distance {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Block => "same block",
            Self::File => "same file",
            Self::Folder => "same directory",
            Self::Scan => "same scan",
        }
    }
}

impl<'a> Spot<'a> {
    pub(super) fn new(origin: &'a Origin, line: u64, item: usize) -> Self {
        let root = match origin {
            Origin::Stdin => Root::Stdin,
            Origin::File { .. } => Root::Files,
            Origin::Git(place) => Root::Repository(place.repository.as_deref()),
            Origin::Image(place) => Root::Image(&place.image),
            // The layers of an image make one tree of files.
            Origin::Member { archive, .. } => match &**archive {
                Origin::Image(place) => Root::Image(&place.image),
                archive => Root::Archive(archive),
            },
        };
        let path = origin.path();
        Self { root, folder: path.and_then(Path::parent), path, origin, line, item }
    }

    /// The file, whatever version of it; what has no path is only near to itself.
    fn file(&self) -> (Root<'a>, Option<&'a Path>, Option<&'a Path>, Option<&'a Origin>) {
        let itself = if self.path.is_none() { Some(self.origin) } else { None };
        (self.root, self.folder, self.path, itself)
    }

    fn distance(&self, other: &Self) -> (Distance, u64) {
        let lines = self.line.abs_diff(other.line);
        if self.origin == other.origin {
            (if lines <= BLOCK { Distance::Block } else { Distance::File }, lines)
        } else if self.file() == other.file() {
            (Distance::File, u64::MAX)
        } else if self.root == other.root && self.folder.is_some() && self.folder == other.folder {
            (Distance::Folder, 0)
        } else {
            (Distance::Scan, 0)
        }
    }
}

/// The nearest of some spots, which are sorted: it is one of the two that `at` would stand between.
pub(super) fn nearest<'s, 'a>(
    spots: &'s [Spot<'a>],
    at: &Spot,
) -> Option<((Distance, u64), &'s Spot<'a>)> {
    let after = spots.partition_point(|spot| spot < at);
    let beside = [after.checked_sub(1), Some(after)];
    let spots = beside.into_iter().filter_map(|at| spots.get(at?));
    spots.map(|spot| (spot.distance(at), spot)).min_by_key(|(distance, _)| *distance)
}

/// Those of some spots, which are sorted, that lie in the same file.
pub(super) fn in_file<'s, 'a>(spots: &'s [Spot<'a>], at: &Spot) -> &'s [Spot<'a>] {
    let from = spots.partition_point(|spot| spot.file() < at.file());
    let to = spots.partition_point(|spot| spot.file() <= at.file());
    spots.get(from..to).unwrap_or_default()
}

/// Those of some spots, which are sorted, that lie in the same directory, the same file among them.
pub(super) fn in_folder<'s, 'a>(spots: &'s [Spot<'a>], at: &Spot) -> &'s [Spot<'a>] {
    if at.folder.is_none() {
        return in_file(spots, at);
    }
    let from = spots.partition_point(|spot| (spot.root, spot.folder) < (at.root, at.folder));
    let to = spots.partition_point(|spot| (spot.root, spot.folder) <= (at.root, at.folder));
    spots.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn file(path: &str) -> Origin {
        Origin::File { path: PathBuf::from(path) }
    }

    #[test]
    fn the_nearest_stands_beside() {
        let origins = ["a/x.env", "a/y.env", "a/z.env", "b/x.env", "c.env"].map(file);
        let [ax, ay, az, bx, top] = &origins;
        let mut spots =
            [(ax, 90), (ax, 4), (bx, 1), (ay, 7)].map(|(o, line)| Spot::new(o, line, 0));
        spots.sort();
        let find = |origin, line| {
            let ((distance, _), spot) = nearest(&spots, &Spot::new(origin, line, 0)).unwrap();
            (distance, spot.origin.to_string(), spot.line)
        };
        assert_eq!(find(ax, 10), (Distance::Block, "a/x.env".into(), 4));
        assert_eq!(find(ax, 60), (Distance::File, "a/x.env".into(), 90));
        assert_eq!(find(az, 1), (Distance::Folder, "a/y.env".into(), 7));
        assert_eq!(find(top, 1).0, Distance::Scan);
    }

    #[test]
    fn the_nearest_is_the_nearest_of_all() {
        let origins = ["a/x", "a/y", "a/b/x", "c", "a.b/x", "a/x/y"].map(file);
        let mut spots: Vec<Spot> = Vec::new();
        for (at, origin) in origins.iter().enumerate() {
            spots.extend([3, 30, 33, 70].map(|line| Spot::new(origin, line + at as u64, at)));
        }
        for kept in 1..7 {
            let mut some: Vec<Spot> = spots.iter().copied().step_by(kept).collect();
            some.sort();
            for at in &spots {
                let best = some.iter().map(|spot| spot.distance(at)).min();
                assert_eq!(nearest(&some, at).map(|(distance, _)| distance), best, "{at:?}");
                let inside =
                    |distance| some.iter().filter(move |spot| spot.distance(at).0 <= distance);
                assert_eq!(in_file(&some, at).len(), inside(Distance::File).count());
                assert_eq!(in_folder(&some, at).len(), inside(Distance::Folder).count());
            }
        }
    }
}
