#!/bin/sh
# run.sh BUILD SECONDS: replays the corpus of each fuzzer, then runs it that long. A line for each; the last counts them.
# FUZZ_SEED makes it go the same way each time; else each run goes another.
set -u
corpora=$(dirname "$0")/corpus
export UBSAN_OPTIONS=print_stacktrace=1

one() { # one BUILD SECONDS FUZZER: keeps what it finds in BUILD/found, where the next run does not delete it
    name=${3##*/fuzz_}
    grown=$1/corpus/$name log=$1/$name.log
    mkdir -p "$grown" "$1/found" "$corpora/$name"
    "$3" -seed="${FUZZ_SEED:-0}" -max_total_time="$2" -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=256 -artifact_prefix="$1/found/$name-" \
        "$grown" "$corpora/$name" >"$log" 2>&1 && verdict=ok || verdict=FAILED
    echo "$verdict $name: $(sed -n 's/^Done \([0-9]*\) runs.*/\1 runs/p' "$log")"
    [ "$verdict" = ok ] || sed -n '/^does not hold/{p;n;p;}; /runtime error\|^SUMMARY\|Test unit written/p' "$log"
}

documents() { # documents BUILD SECONDS: compares verdicts with graphql-js, on as many documents as the time allows
    here=$(dirname "$0")
    "$1/tests/fuzz/print_verdicts" $((500 * $2)) "${FUZZ_SEED:-$(date +%s)}" "$here"/corpus/document/* |
        NODE_PATH=/usr/share/nodejs node "$here/differential/judge.js" "$here/../conformance/users.graphql" \
            >"$1/differential.log" && verdict=ok || verdict=FAILED
    echo "$verdict documents by graphql-js: $(tail -n 1 "$1/differential.log")"
    [ "$verdict" = ok ] || head -n -1 "$1/differential.log"
}

if [ $# = 3 ]; then
    one "$@"
    exit
fi
{
    for fuzzer in "$1"/tests/fuzz/fuzz_*; do
        case $fuzzer in *.p) ;; *) echo "$fuzzer" ;; esac
    done | xargs -n 1 -P 2 "$0" "$1" "$2"
    documents "$1" "$2"
} | tee "$1/fuzz.log"
failed=$(grep -c '^FAILED' "$1/fuzz.log")
passed=$(grep -c '^ok' "$1/fuzz.log")
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
