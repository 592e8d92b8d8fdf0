"""Tests the man page and the completions of the command-line tool.

    manual.py TOOL ROOT

The files in ROOT/tools/share must be what tools/manual.py makes of the tool's commands. Each shell on this machine must
understand its file, and bash is asked for completions.
"""
import pathlib
import shutil
import subprocess
import sys

tool, root = sys.argv[1], pathlib.Path(sys.argv[2])
share = root / "tools" / "share"
failures = 0


def check(what, condition, detail=""):
    global failures
    if not condition:
        failures += 1
    print("ok" if condition else "FAILED", what, detail if not condition else "")


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def completed(line):
    """What bash offers for the last word of a line."""
    words = line.split(" ")
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _wandb_users; printf "%s\\n" "${COMPREPLY[@]}"'
    return run("bash", "-c", script, "bash", share / "wandb-users.bash", *words)[1].split()


code, output = run(sys.executable, root / "tools" / "manual.py", tool, share, "--check")
check("the files are current", code == 0, output)
for shell, name in (("bash", "wandb-users.bash"), ("zsh", "_wandb-users"), ("fish", "wandb-users.fish")):
    if shutil.which(shell):
        code, output = run(shell, "-n", share / name)
        check(f"{shell} reads {name}", code == 0, output)
if shutil.which("groff"):
    code, output = run("groff", "-man", "-Tascii", "-ww", "-z", share / "wandb-users.1")
    check("groff reads the man page", code == 0 and not output, output)
if shutil.which("bash"):
    for line, offers in (("wandb-users ", ["whoami", "provision"]), ("wandb-users li", ["list"]),
                         ("wandb-users keys ", ["list", "generate", "delete"]),
                         ("wandb-users keys delete --y", ["--yes"]), ("wandb-users --format ", ["table", "jsonl"]),
                         ("wandb-users --timeout 5 list --ad", ["--admins"]), ("wandb-users list --ver", ["--verbose"]),
                         ("wandb-users set-admin ann ", ["true", "false"]), ("wandb-users create --if", ["--if-not-exists"])):
        got = completed(line)
        check(f"bash completes `{line}`", set(offers) <= set(got), got)
    check("bash offers an option only where it belongs", completed("wandb-users show --ye") == [])

print("failed" if failures else "passed")
sys.exit(bool(failures))
