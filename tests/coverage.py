"""Prints how many lines and branches of include/ the tests reach, and which files they reach the least of.

    coverage.py BUILD_DIR [FILE...]

It is called after the tests of a build with clang's coverage. For each FILE it also prints the lines and branches that
no test reaches. The profile of each test program is read separately, since a function may differ between programs. A
line or branch counts as reached if any program reaches it. The script fails if the tests reach less than 95 % of the
lines or 85 % of the branches.
"""
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

build = Path(sys.argv[1])
include = Path("include/wandb").resolve()
lines, branches = defaultdict(dict), defaultdict(dict)  # of each file: whether they were reached


def llvm(tool, *arguments):
    return subprocess.run([f"llvm-{tool}-19", *arguments], check=True, capture_output=True, text=True).stdout


def reach(found, place, count):
    found[place] = found.get(place, False) or count > 0


for program in sorted(path for path in build.glob("tests/test_*") if path.is_file()):
    profiles = sorted(build.glob(f"profiles/{program.name.removeprefix('test_')}-*.profraw"))
    if not profiles:
        continue
    merged = build / f"{program.name}.profdata"
    llvm("profdata", "merge", "-sparse", "-o", merged, *profiles)
    for line in llvm("cov", "export", "-format=lcov", f"-instr-profile={merged}", program, include).splitlines():
        kind, _, rest = line.partition(":")
        if kind == "SF":
            name = str(Path(rest).relative_to(include.parent))
        elif kind == "DA":
            number, count = rest.split(",")[:2]
            reach(lines[name], int(number), int(count))
    for file in json.loads(llvm("cov", "export", f"-instr-profile={merged}", program, include))["data"][0]["files"]:
        name = str(Path(file["filename"]).relative_to(include.parent))
        for at, column, _, _, true, false, *_ in file["branches"]:
            reach(branches[name], (at, column, "true"), true)
            reach(branches[name], (at, column, "false"), false)


def told(name, *found):
    parts = []
    for kind, places in zip(("lines", "branches"), found):
        share = 100 * sum(places) / max(len(places), 1)
        parts.append(f"{sum(places):6} of {len(places):6} {kind:8} {share:6.2f} %")
    print(f"{name:46}", *parts)


def missed(name):
    return sum(not reached for found in (lines, branches) for reached in found[name].values())


for name in sorted(lines, key=missed, reverse=True)[:20]:
    told(name, list(lines[name].values()), list(branches[name].values()))
for name in (str(Path(file).resolve().relative_to(include.parent)) for file in sys.argv[2:]):
    print(name, "lines:", *sorted(at for at, reached in lines[name].items() if not reached))
    print(name, "branches:", *("%d:%d:%s" % at for at, reached in sorted(branches[name].items()) if not reached))
totals = [[reached for found in kind.values() for reached in found.values()] for kind in (lines, branches)]
told("all of include/", *totals)
sys.exit(any(100 * sum(places) < bar * len(places) for places, bar in zip(totals, (95, 85))))
