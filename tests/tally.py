"""Prints the last line of `./dev test`: how many test cases passed and failed, from the log of `meson test`.

    tally.py BUILD_DIR

A program that counts its own test cases (with doctest, or with a last line `N passed, N failed`) counts with those
numbers, and any other program as one. A program that crashed or ran out of time counts as at least one failure. A
program that was skipped does not count, and the reason that it printed is printed first.
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
