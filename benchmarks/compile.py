"""What including the library costs: CPU seconds and preprocessed lines of each public header, beside Boost's.

compile.py INCLUDE_DIR COMPILER...    HEADERS=wandb/user.hpp,... measures only these; RUNS=9 takes the median of so many
"""
import os
import re
import resource
import statistics
import subprocess
import sys
from pathlib import Path

include, compiler = Path(sys.argv[1]), sys.argv[2:]
runs = int(os.environ.get("RUNS", "5"))
flags = ["-std=c++20", f"-I{include}", "-xc++", "-"]
peers = ["boost/json.hpp", "boost/beast.hpp"]
bar = 1.2


def cpu_seconds(command, source):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, input=source, text=True, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cost(*headers):
    source = "".join(f"#include <{header}>\n" for header in headers)
    return source, [*compiler, "-fsyntax-only", *flags]


def lines(header):
    text = subprocess.run([*compiler, "-E", "-P", *flags], input=f"#include <{header}>\n", text=True, check=True, capture_output=True)
    return text.stdout.count("\n")


def public_headers():
    chosen = os.environ.get("HEADERS")
    if chosen:
        return chosen.split(",")
    found = (str(path.relative_to(include)) for path in include.rglob("*.hpp"))
    return sorted(name for name in found if "/detail/" not in name)


# Every document that the library checks while compiling, beside a unit with the code that checks but no document, and
# beside one that has only what else that code needs.
documents = "wandb/graphql/operations.hpp"
checking_code = "wandb/detail/answer/operation.hpp"
neither = ["wandb/detail/call/retry_machine.hpp", "wandb/detail/answer/shape.hpp"]

headers = public_headers()
units = {name: cost(name) for name in [*peers, *headers]}
units["(documents)"] = cost(documents)
units["(checking code)"] = cost(checking_code)
units["(neither)"] = cost(*neither)
seconds = {name: [] for name in units}
# Round after round, so that whatever else the machine does falls on all alike.
for _ in range(runs):
    for name, (source, command) in units.items():
        seconds[name].append(cpu_seconds(command, source))
median = {name: statistics.median(values) for name, values in seconds.items()}

print(f"{'header':44} {'seconds':>8} {'lines':>8}  / json  / beast")
for name in [*peers, *headers]:
    print(f"{name:44} {median[name]:8.2f} {lines(name):8d} {median[name] / median[peers[0]]:7.2f} {median[name] / median[peers[1]]:8.2f}")
if "wandb/wandb.hpp" in median:
    ratio = median["wandb/wandb.hpp"] / median["boost/json.hpp"]
    print(f"wandb/wandb.hpp / boost/json.hpp = {ratio:.2f}  (bar: {bar})")
print(f"checking all documents costs {median['(documents)'] - median['(checking code)']:.2f} s  (bar: 0.3)")
print(f"with the code that checks them {median['(documents)'] - median['(neither)']:.2f} s")
