#!/usr/bin/env bash
# keylint beside kingfisher on the same images, in turn: medians and ratios.
#
#     benches/images.sh ARCHIVE…
#
# KEYLINT     the program to time (target/release/keylint)
# KINGFISHER  kingfisher; without it, it is looked for, and left out if it is not there (pip install kingfisher-bin)
# ROUNDS      how many rounds count, after one that warms the cache (3)
#
# An archive is what `docker save` or `skopeo copy … docker-archive:FILE` writes. kingfisher opens those whose layers are not
# compressed; it writes what it unpacks to a temporary directory, and its limits are set so that it leaves nothing out.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }

here=$(dirname "${BASH_SOURCE[0]}")
rounds=${ROUNDS:-3}
keylint=${KEYLINT:-target/release/keylint}
kingfisher=${KINGFISHER:-$(command -v kingfisher || true)}
report=$(mktemp)
trap 'rm -f "$report" "$report.kingfisher"' EXIT

for archive in "$@"; do
    echo "== $archive: $(du -sm --apparent-size "$archive" | cut -f1) MiB"
    commands=(keylint "$(printf '%q ' "$keylint" image --no-config -q --format json -o "$report" "$archive")")
    commands+=("one thread" "$(printf '%q ' "$keylint" image --threads 1 --no-config -q --format json -o "$report" "$archive")")
    if [ -n "$kingfisher" ]; then
        commands+=(kingfisher "$(printf '%q ' "$kingfisher" scan --no-update-check -n --turbo --max-file-size 4000 \
            -f jsonl -o "$report.kingfisher" "$archive")")
    else
        echo "kingfisher is not installed, and left out" >&2
    fi
    python3 "$here/../scripts/in_turn.py" "$rounds" "${commands[@]}"
    python3 - "$report" <<'PYTHON'
import json, sys
report = json.load(open(sys.argv[1]))
print("keylint: {findings} findings".format(**report["summary"]), "in {layers} layers, {files} files, {bytes} bytes".format(**report["stats"]))
PYTHON
done
