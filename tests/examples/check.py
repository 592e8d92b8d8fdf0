"""Each example runs, and prints what it should, against a server on this machine; none is longer than 40 lines.

check.py SERVER PROGRAM...
"""
import json
import subprocess
import sys
from pathlib import Path

server_program, *programs = sys.argv[1:]
# The words on the command line, and what standard output and standard error must contain.
root, ann = "<User root@example.com>", "<User ann@example.com>"
RUNS = {
    "viewer": [([], root + ", an admin\n", "")],
    "create_user": [(["new@example.com"], "created <User new@example.com>", ""),
                    (["new@example.com"], "new@example.com is there already", "")],
    "libcurl": [([], root, "")],
    "httplib": [([], root, "")],
    "lambda": [([], ann, "")],
    "logging": [([], root, "viewer, attempt 1: 200, ")],
    "own_task": [([], root, "")],
    "for_each": [(["one@example.com", "two@example.com"], "created <User two@example.com>", "")],
    "unit_test": [([], "1 passed", "")],
}
problems = []
passed = 0


def check(what, problem):
    global passed
    if problem:
        problems.append(f"{what}: {problem}")
    else:
        passed += 1


server = subprocess.Popen([server_program, "newer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
try:
    place = json.loads(server.stdout.readline())
    environment = {"WANDB_BASE_URL": place["url"], "WANDB_API_KEY": place["root"], "HOME": "/nonexistent"}
    for program in programs:
        name = Path(program).name
        for words, out, err in RUNS[name]:
            run = subprocess.run([program, *words], capture_output=True, text=True, env=environment, timeout=60)
            said = f"exit code {run.returncode}, {run.stdout!r}, {run.stderr!r}"
            right = run.returncode == 0 and out in run.stdout and (err in run.stderr if err else not run.stderr)
            check(" ".join([name, *words]), "" if right else said)
finally:
    server.stdin.close()
    server.wait()
sources = Path(__file__).resolve().parents[2] / "examples"
for source in sorted([*sources.glob("*.cpp"), *sources.glob("*.hpp")]):
    lines = len(source.read_text().splitlines())
    check(source.name, f"it has {lines} lines, more than 40" if lines > 40 else "")
for problem in problems:
    print(problem)
print(f"{passed} passed, {len(problems)} failed")
sys.exit(bool(problems))
