#!/bin/sh
# keylint hook: pre-commit
# Written by `keylint hook install`; `keylint hook uninstall` removes it and puts back what was there.

# The hook that was there before comes first, and may stop the commit.
before="${0%/*}/pre-commit.before-keylint"
if [ -x "$before" ]; then
    "$before" "$@" || exit
fi

if ! command -v keylint >/dev/null 2>&1; then
    echo "keylint is not on PATH, so the commit was not scanned and does not happen." >&2
    echo "Put keylint on PATH, or commit once without hooks: git commit --no-verify" >&2
    exit 1
fi
exec keylint git --staged
