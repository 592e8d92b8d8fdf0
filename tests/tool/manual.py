"""Tests the man page and the completions of the command-line tool.

    manual.py TOOL ROOT

The files in ROOT/tools/share must be what tools/manual.py makes of the tool's commands. Each shell on this machine must
understand its file, and is asked for completions: bash and zsh also as somebody types.
"""
import contextlib
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

tool, root = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
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


def has_terminals():
    """A root directory in which nothing is mounted has none."""
    try:
        ends = pty.openpty()
    except OSError:
        return False
    for end in ends:
        os.close(end)
    return True


def typed(shell, line, directory):
    """The arguments that the program gets when somebody types a line, Tab and Return at an interactive shell."""
    arguments = pathlib.Path(directory, "arguments")
    arguments.write_text("")
    function = "wandb-users() { printf '%s\\n' \"$@\" end >arguments; }"
    setting = {"bash": f"source {share}/wandb-users.bash; bind 'set enable-bracketed-paste off'",
               "zsh": f"fpath=({share} $fpath); autoload -Uz compinit; compinit -D -u"}[shell]
    terminal, inside = pty.openpty()
    words = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}[shell]
    process = subprocess.Popen([shell, *words], stdin=inside, stdout=inside, stderr=inside, cwd=directory, start_new_session=True,
                               env={"PATH": os.environ["PATH"], "HOME": directory, "TERM": "dumb", "PS1": "ready>"})
    os.close(inside)

    def until(done):
        deadline = time.monotonic() + 30
        while not done() and time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.05)[0]:
                with contextlib.suppress(OSError):
                    os.read(terminal, 4096)

    os.write(terminal, f"{setting}; {function}; touch set\r".encode())
    until(pathlib.Path(directory, "set").exists)
    pathlib.Path(directory, "set").unlink(missing_ok=True)
    os.write(terminal, f"{line}\t".encode())
    until(lambda end=time.monotonic() + 0.7: time.monotonic() > end)
    os.write(terminal, b"\r")
    until(lambda: arguments.read_text().endswith("end\n"))
    process.kill()
    process.wait()
    os.close(terminal)
    return arguments.read_text().splitlines()[:-1]


def offered(shell, line):
    """What a shell offers for the last word of a line."""
    if shell == "fish":
        output = run("fish", "--no-config", "-c", f"source {share}/wandb-users.fish; complete -C '{line}'")[1]
        return [row.split("\t")[0] for row in output.splitlines()]
    # bash splits a line at these characters too.
    words = [word for word in re.split(r"([=:@])|\s", line) if word] + ([""] if line.endswith(" ") else [])
    script = ('source "$1"; COMP_LINE=$2; shift 2; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _wandb_users; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    return run("bash", "-c", script, "bash", share / "wandb-users.bash", line, *words)[1].split()


code, output = run(sys.executable, root / "tools" / "manual.py", tool, share, "--check")
check("the files are current", code == 0, output)
for shell, name in (("bash", "wandb-users.bash"), ("zsh", "_wandb-users"), ("fish", "wandb-users.fish")):
    if shutil.which(shell):
        code, output = run(shell, "-n", share / name)
        check(f"{shell} reads {name}", code == 0, output)
if shutil.which("groff"):
    code, output = run("groff", "-man", "-Tascii", "-ww", "-z", share / "wandb-users.1")
    check("groff reads the man page", code == 0 and not output, output)
everywhere = ["show", "list", "create", "keys", "provision"]
for shell in filter(shutil.which, ("bash", "fish")):
    for line, offers, hides in (
            ("", ["whoami", "provision"], ["generate", "true"]), ("li", ["list"], ["show"]),
            ("keys ", ["list", "generate", "delete"], ["show", "true"]), ("keys delete --y", ["--yes"], []),
            ("--format ", ["table", "jsonl"], everywhere), ("--timeout 5 list --ad", ["--admins"], []),
            ("list --ver", ["--verbose"], []), ("create --if", ["--if-not-exists"], []), ("show --ye", [], ["--yes"]),
            ("set-admin ann ", ["true", "false"], everywhere), ("set-admin ", [], ["true", "false"]),
            ("set-admin ann true ", [], ["true", "false"]), ("set-admin ann@example.com ", ["true", "false"], []),
            ("set-admin --timeout 5 ann ", ["true", "false"], []), ("set-admin -- ann ", ["true", "false"], []),
            ("create --admin ", [], ["true", "false"]), ("update ann --admin ", ["true", "false"], []),
            ("provision --admin --key", ["--keys-dir"], []), ("show keys ", [], ["list", "generate"]),
            ("show list --ad", [], ["--admins"]), ("keys list ", [], ["list", "generate"]), ("keys list --ad", [], ["--admins"])):
        got = offered(shell, "wandb-users " + line)
        check(f"{shell} completes `{line}`", set(offers) <= set(got) and not set(hides) & set(got), got)
check("bash completes a value behind =", offered("bash", "wandb-users list --format=js") == ["json", "jsonl"])
check("fish completes a value behind =", not shutil.which("fish") or
      set(offered("fish", "wandb-users list --format=js")) == {"--format=json", "--format=jsonl"})

with tempfile.TemporaryDirectory() as scratch:
    pathlib.Path(scratch, "people of today.csv").touch()
    pathlib.Path(scratch, "keys dir").mkdir()
    pathlib.Path(scratch, "keys dir", "inner.csv").touch()
    for shell in filter(shutil.which, ("bash", "zsh") if has_terminals() else ()):
        for line, words in (("whoa", ["whoami"]), ("list --format=cs", ["list", "--format=csv"]),
                            ("list --format cs", ["list", "--format", "csv"]), ("provision peo", ["provision", "people of today.csv"]),
                            ("provision --admin peo", ["provision", "--admin", "people of today.csv"]),
                            ("provision --output=peo", ["provision", "--output=people of today.csv"]),
                            ("provision key", ["provision", "keys dir/"]), ("provision keys\\ dir/in", ["provision", "keys dir/inner.csv"]),
                            ("provision --keys-dir k", ["provision", "--keys-dir", "keys dir/"]),
                            ("provision --keys-dir peo", ["provision", "--keys-dir", "peo"])):
            got = typed(shell, "wandb-users " + line, scratch)
            # zsh removes the slash of a directory when the line ends.
            check(f"{shell} completes `{line}` as it is typed", [word.rstrip("/") for word in got] == [word.rstrip("/") for word in words], got)

print("failed" if failures else "passed")
sys.exit(bool(failures))
