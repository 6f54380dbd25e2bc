#!/usr/bin/env bash
# The step of action.yml that scans: one scan, whose report is then shown as annotations, as the summary of the job and as SARIF.
#
# Reads KEYLINT (a program; empty for the one that was built), KEYLINT_ARGS (one argument a line), KEYLINT_FAIL_ON, RUNNER_TEMP
# and GITHUB_OUTPUT; writes exit-code, report and sarif to GITHUB_OUTPUT. It fails on a bad instruction alone: the last
# step of the action fails on findings, after they were uploaded.
set -euo pipefail

keylint=${KEYLINT:-$RUNNER_TEMP/keylint-program/bin/keylint}
report=$(mktemp -d "$RUNNER_TEMP/keylint.XXXXXX")/keylint

args=()
while IFS= read -r line; do
    [ -z "$line" ] || args+=("$line")
done <<<"$KEYLINT_ARGS"

fail_on=(--fail-on "$KEYLINT_FAIL_ON")
[ "$KEYLINT_FAIL_ON" != never ] || fail_on=()

code=0
"$keylint" "${args[@]}" "${fail_on[@]}" --format json -o "$report.json" || code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
[ -e "$report.json" ] || exit "$code"

# Their exit codes say what is known already.
"$keylint" report "$report.json" --quiet --format sarif -o "$report.sarif" || [ $? != 2 ]
"$keylint" report "$report.json" --quiet --format github || [ $? != 2 ]
{
    echo "report=$report.json"
    echo "sarif=$report.sarif"
} >>"$GITHUB_OUTPUT"
