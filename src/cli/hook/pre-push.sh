#!/bin/sh
# keylint hook: pre-push
# Written by `keylint hook install`; `keylint hook uninstall` removes it and puts back what was there.

# What is pushed stands on standard input. The dot keeps the last line's end.
pushed=$(cat; echo .)
pushed=${pushed%.}

# The hook that was there before comes first, and may stop the push.
before="${0%/*}/pre-push.before-keylint"
if [ -x "$before" ]; then
    printf %s "$pushed" 2>/dev/null | "$before" "$@" || exit
fi

if ! command -v keylint >/dev/null 2>&1; then
    echo "keylint is not on PATH, so the commits were not scanned and are not pushed." >&2
    echo "Put keylint on PATH, or push once without hooks: git push --no-verify" >&2
    exit 1
fi
printf %s "$pushed" | keylint git --pre-push "$@"
