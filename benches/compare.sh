#!/usr/bin/env bash
# keylint beside others on the same files, in turn: medians and ratios.
#
#     benches/compare.sh TREE [GIT_REPOSITORY]
#
# KEYLINT     the programs to time, one or more paths (target/release/keylint)
# KINGFISHER  kingfisher; without it, it is looked for, and left out if it is not there (pip install kingfisher-bin)
# ROUNDS      how many rounds count, after one that warms the cache (5)
#
# A tree is timed against ripgrep, which looks for one rare word in every file, and against a bare read: as many `cat` as there
# are cores, each of 256 files at a time, which is about what the system needs to hand over the bytes. Tree and repository
# should fit into the page cache. Of a repository the objects are compared, too, with those that git counts.
set -euo pipefail
[ $# = 1 ] || [ $# = 2 ] || { sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }

here=$(dirname "${BASH_SOURCE[0]}")
rounds=${ROUNDS:-5}
kingfisher=${KINGFISHER:-$(command -v kingfisher || true)}
report=$(mktemp)
trap 'rm -f "$report" "$report.kingfisher"' EXIT
read -ra keylints <<<"${KEYLINT:-target/release/keylint}"

# Runs the commands that were gathered; ratios are those to the first.
in_turn() {
    python3 "$here/../scripts/in_turn.py" "$rounds" "${commands[@]}"
}

add_keylint() { # SUBCOMMAND TARGET
    for program in "${keylints[@]}"; do
        # Two programs need two names.
        local name=keylint
        [ ${#keylints[@]} = 1 ] || name=$(basename "$program")
        commands+=("$name" "$(printf '%q ' "$program" "$1" --no-config -q --format json -o "$report" "$2")")
    done
}

add_kingfisher() { # HISTORY TARGET
    [ -n "$kingfisher" ] || { echo "kingfisher is not installed, and left out" >&2; return; }
    commands+=(kingfisher "$(printf '%q ' "$kingfisher" scan --no-update-check -n --git-history "$1" --turbo \
        --no-extract-archives --no-binary -f jsonl -o "$report.kingfisher" "$2")")
}

echo "== $1: $(find "$1" -type f | wc -l) files, $(du -sm --apparent-size "$1" | cut -f1) MiB"
tree=$(printf %q "$1")
commands=(ripgrep "rg -uuu -c zqxjkv_rare $tree")
add_keylint scan "$1"
commands+=("bare read" "find $tree -type f -print0 | xargs -0 -n 256 -P $(nproc) cat")
add_kingfisher none "$1"
in_turn

[ $# = 2 ] || exit 0
echo "== history of $2: $(git -C "$2" count-objects -vH | sed -n 's/^size-pack: /packs of /p')"
commands=()
add_keylint git "$2"
add_kingfisher full "$2"
in_turn

echo "== objects"
printf 'keylint '
python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["stats"]["git"])' "$report"
printf 'git    '
# What a partial clone left out is not counted.
git -C "$2" rev-list --objects --all --missing=allow-any --no-object-names |
    git -C "$2" cat-file --batch-check='%(objecttype)' | sort | uniq -c | tr '\n' ' '
echo
