"""The last line of `./dev test`: what `meson test` logged, in test cases.

A program that counts for itself (doctest, or a last line `N passed, N failed`) brings its own numbers; any other is
one test. Whatever ended badly (a crash, a timeout) is at least one failure. What this machine cannot run counts neither
way, and is listed with the reason that it printed.

    tally.py BUILD_DIR
"""
import json
import re
import sys
from pathlib import Path

counts = re.compile(r"(?:\[doctest\] test cases:.*?|^)(\d+) passed(?:,| \|) +(\d+) failed", re.M)
passed = failed = 0
log = Path(sys.argv[1], "meson-logs", "testlog.json")
if not log.exists():
    failed = 1  # nothing could be built
for test in map(json.loads, log.open() if log.exists() else ()):
    if test["result"] == "SKIP":
        print(f"{test['name']}: {test.get('stdout', '').strip()}")
        continue
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    found = counts.findall(test.get("stdout", ""))
    own = [int(number) for number in found[-1]] if found else [int(good), 0]
    passed += own[0]
    failed += own[1] if good else max(own[1], 1)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0 or passed == 0)
