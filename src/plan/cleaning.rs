//! How secrets are taken out of a history and out of images, once they are worthless.

use super::need::{is_in_image, pushed};
use super::step::Step;
use crate::outcome::Outcome;

/// What is to be done once for the history of a repository; nothing where no finding is in one.
pub(super) fn history(outcome: &Outcome) -> Vec<Step> {
    let mut histories = outcome.active().filter_map(|finding| finding.history.as_ref());
    if !histories.any(|of| of.first.is_some() && pushed(of) != Some(false)) {
        return Vec::new();
    }
    // https://github.com/newren/git-filter-repo/blob/main/Documentation/git-filter-repo.txt
    // https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository
    vec![
        Step::say(
            "Cleaning does not replace rotation: clones, forks, caches and search engines keep what was pushed. It changes the name of every commit from the first one on, breaks open pull requests and signatures, and everybody has to clone again. Do it after everything above, or not at all where the secrets are worthless by now.",
        ),
        Step::with(
            "In a fresh mirror clone, with git-filter-repo 2.47 or later. The file holds the secrets in clear: it is made for your user alone, and goes at the end.",
            "bash",
            "pip install git-filter-repo\nread -rp 'address of the repository: ' URL\ngit clone --mirror \"$URL\" ./mirror.git\nkeylint git ./mirror.git --reveal --replacements ./replacements.txt --quiet --output ./found.json\ncd ./mirror.git\ngit filter-repo --sensitive-data-removal --replace-text ../replacements.txt --replace-message ../replacements.txt",
        ),
        Step::with(
            "Look whether it is clean. What `keylint git --replacements` named as not replaceable (binary files, archives, UTF-16) goes with its whole file: `git filter-repo --sensitive-data-removal --invert-paths --path FILE`.",
            "bash",
            "keylint git .",
        ),
        Step::with(
            "Lift the protection of branches for the moment, and push. References of pull requests are read-only on GitHub; that they are refused is expected.",
            "bash",
            "git push --force --mirror origin\ncd .. && rm -f ./replacements.txt ./found.json",
        ),
        Step::say(
            "Ask the forge to forget: GitHub Support removes cached views and references of pull requests (give them the first changed commits that git-filter-repo printed); on GitLab upload the commit map under Settings → Repository → Repository maintenance, and run housekeeping. Owners of forks have to do the same.",
        ),
        Step::say(
            "Everybody deletes the old clone and clones again: one push from an old clone brings everything back. Protect branches again.",
        ),
    ]
}

/// What is to be done once for images; nothing where no finding is in one.
pub(super) fn images(outcome: &Outcome) -> Vec<Step> {
    if !outcome.active().any(is_in_image) {
        return Vec::new();
    }
    vec![
        Step::say(
            "Deleting a file in a later layer leaves it in the earlier one. Build again without it: name it in `.dockerignore`, copy single files, mount secrets of the build (`RUN --mount=type=secret`), and pass nothing secret by `ENV` or `ARG`.",
        ),
        Step::with(
            "Look at the new image before it is pushed:",
            "bash",
            "read -rp 'image: ' IMAGE\ndocker save \"$IMAGE\" -o ./image.tar\nkeylint image ./image.tar\nrm ./image.tar",
        ),
        Step::say(
            "Delete the tags and digests that have it from every registry, mirrors too, let the registry collect its garbage, and restart what runs from them. What was pulled stays where it is: rotation is what helps.",
        ),
    ]
}
