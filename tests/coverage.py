"""What the tests reach of include/: lines and branches of the whole, and of the files of which they reach the least.

coverage.py BUILD [FILE...]: after the tests of a build with clang's coverage; of each FILE, its lines with their counts.
"""
import json
import subprocess
import sys
from pathlib import Path

build = Path(sys.argv[1])
profiles = sorted(build.glob("profiles/*.profraw"))
programs = sorted(path for path in build.glob("tests/test_*") if path.is_file())
merged = build / "merged.profdata"
subprocess.run(["llvm-profdata-19", "merge", "-sparse", "-o", merged, *profiles], check=True)
objects = [word for program in programs for word in ("-object", program)][1:]
here = [*objects, f"-instr-profile={merged}"]
if sys.argv[2:]:
    subprocess.run(["llvm-cov-19", "show", *here, "-show-branches=count", *map(Path.resolve, map(Path, sys.argv[2:]))], check=True)
    sys.exit()
told = subprocess.run(["llvm-cov-19", "export", "-summary-only", *here, Path("include/wandb").resolve()],
                      check=True, capture_output=True).stdout
report = json.loads(told)["data"][0]


def part(summary, kind):
    return f"{summary[kind]['covered']:6} of {summary[kind]['count']:6} {kind:8} {summary[kind]['percent']:6.2f} %"


def missed(entry):
    return sum(entry["summary"][kind]["count"] - entry["summary"][kind]["covered"] for kind in ("lines", "branches"))


for entry in sorted(report["files"], key=missed, reverse=True)[:20]:
    name = entry["filename"].split("/include/")[-1]
    print(f"{name:48}", part(entry["summary"], "lines"), part(entry["summary"], "branches"))
print(f"{'all of include/':48}", part(report["totals"], "lines"), part(report["totals"], "branches"))
bars = {"lines": 95, "branches": 85}
sys.exit(any(report["totals"][kind]["percent"] < bar for kind, bar in bars.items()))
