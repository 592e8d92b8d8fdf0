"""Tests each command of the command-line tool against a server on this machine.

    check.py TOOL SERVER

SERVER is the program tool_server. Both generations of the server are tested.
"""
import contextlib
import csv
import fcntl
import json
import os
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import unicodedata
from contextlib import contextmanager
from pathlib import Path

tool, server_program = sys.argv[1:]
passed, failures = 0, []


def check(what, condition, detail=""):
    global passed
    if condition:
        passed += 1
    else:
        failures.append(f"{what}: {detail}")


@contextmanager
def serving(generation):
    server = subprocess.Popen([server_program, generation], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(server.stdout.readline())
    finally:
        server.stdin.close()
        server.wait()


class Tool:
    """The tool as one caller of one server."""

    def __init__(self, url, key, secrets, **environment):
        self.secrets = secrets
        self.environment = {"WANDB_BASE_URL": url, "WANDB_API_KEY": key, "HOME": "/nonexistent", **environment}

    def __call__(self, *words, code=0, says=(), complains=(), shows_secret=False, within=(), stdout=subprocess.PIPE):
        """within: a command that runs the tool, a shell for instance."""
        run = subprocess.run([*within, tool, *words], stdout=stdout, stderr=subprocess.PIPE, text=True,
                             env=self.environment, timeout=60)
        run.stdout = run.stdout or ""
        what = "wandb-users " + " ".join(words)
        check(what, run.returncode == code, f"exit code {run.returncode}, not {code}: {run.stderr}")
        for text in says:
            check(what, text in run.stdout, f"does not print {text!r}, but {run.stdout!r}")
        for text in complains:
            check(what, text in run.stderr, f"does not complain of {text!r}, but {run.stderr!r}")
        check(what, bool(run.stderr) == (code != 0 or bool(complains)), f"complains: {run.stderr!r}")
        for text in ("wandb::", "()", "user.", "transport's", "terminate called"):
            check(what, text not in run.stderr, f"speaks to programmers: {run.stderr!r}")
        self.complaint = run.stderr
        leaked = [secret for secret in self.secrets if secret in run.stdout + run.stderr]
        check(what, shows_secret or not leaked, "prints a secret")
        return run.stdout


def looks(root):
    root("whoami", says=["USERNAME", "ADMIN", "root@example.com", "yes"])
    me = json.loads(root("whoami", "--json"))
    check("whoami --json", me["username"] == "root" and me["admin"] is True, me)
    root("show", "ann", says=["ann@example.com", "TEAM\nred", "first", "IN USE"])
    ann = json.loads(root("--json", "show", "ANN@example.com"))
    check("show --json", ann["teams"] == ["red"] and len(ann["keys"]) == 4, ann)
    root("show", says=["root@example.com"])
    root("show", "an", code=3, complains=["there is no user an"])
    root("teams", "ann", says=["red\n"])
    check("teams --json", json.loads(root("teams", "ann", "--json")) == ["red"])
    everybody = root("list")
    check("list", len(everybody.splitlines()) == 6, everybody)
    found = [json.loads(line)["username"] for line in root("list", "dev", "--json").splitlines()]
    check("list --json", found == ["dev0", "dev1", "dev2"], found)
    formats(root)


def formats(root):
    def names(text):
        return [user["username"] for user in json.loads(text)]

    check("list --format json", names(root("list", "dev", "--format", "json")) == ["dev0", "dev1", "dev2"])
    check("nobody in JSON", root("list", "nobody", "--format", "json") == "[]\n")
    check("nobody in a table", root("list", "nobody") == "")
    check("nobody in CSV", root("list", "nobody", "--format", "csv") == "id,username,email,name,admin,deleted_at,teams\n")
    rows = list(csv.DictReader(root("list", "--format=csv").splitlines()))
    check("list --format csv", [row["username"] for row in rows] == ["root", "ann", "dev0", "dev1", "dev2"], rows)
    check("a user in CSV", rows[1]["teams"] == "red" and rows[0]["admin"] == "true" and rows[1]["admin"] == "false", rows)
    check("jsonl", [json.loads(line) for line in root("teams", "ann", "--format", "jsonl").splitlines()] == ["red"])
    shown = next(csv.DictReader(root("show", "ann", "--format", "csv").splitlines()))
    listed = [row["id"] for row in csv.DictReader(root("keys", "list", "ann", "--format", "csv").splitlines())]
    check("the keys of a user in CSV", shown["keys"].split(" ") == listed and shown["teams"] == "red", shown)
    keys = root("keys", "list", "ann", "--format", "jsonl").splitlines()
    check("keys in jsonl", [json.loads(line)["description"] for line in keys] == ["first", "twin", "twin", None], keys)
    check("one user in JSON", json.loads(root("whoami", "--format", "json"))["username"] == "root")
    table = root("list").splitlines()
    check("a table is aligned", all(line[10:].startswith(line.split()[0] + "@") for line in table[1:]) and table[0].startswith("USERNAME  EMAIL"), table)
    root("list", "--json", "--format", "csv", code=2, complains=["contradict"])
    root("list", "--format", "yaml", code=2, complains=["yaml"])
    root("provision", "/dev/null", "--format", "table", code=2, complains=["csv or jsonl"])
    for variables, width, bold in ({}, 48, True), ({"NO_COLOR": "1"}, 48, False), ({"COLUMNS": "44"}, 44, True), ({"COLUMNS": "20"}, 20, True):
        lines = on_a_terminal(root, variables, "list")
        check("the width of the terminal", len(lines) == 6 and 0 < max(map(len, lines[1:])) <= width, lines)
        check("NO_COLOR", lines[0].startswith("\x1b[1mU") == bold, lines)
    wide_characters(root)


def wide_characters(root):
    def columns(text):
        return sum(2 if unicodedata.east_asian_width(c) == "W" else 0 if unicodedata.combining(c) else 1 for c in text)

    name = "李小龍 e\u0301"
    root("update", "ann", "--name", name, "--admin", "true")
    lines = root("list").splitlines()
    row = next(line for line in lines if name in line)
    check("wide characters are aligned", columns(row[:row.index("yes")]) == lines[0].index("ADMIN"), lines)
    root("update", "ann", "--name", "李小龍" * 9)
    lines = on_a_terminal(root, {}, "list")
    check("wide characters on a terminal", max(map(columns, lines[1:])) <= 48 and any("龍" in line for line in lines), lines)
    root("update", "ann", "--name", "Ann", "--admin", "false")


def on_a_terminal(caller, variables, *words):
    """The lines that the tool prints on a terminal of 48 columns."""
    terminal, inside = os.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 48, 0, 0))
    subprocess.run([tool, *words], stdout=inside, env={**caller.environment, **variables}, timeout=60, check=False)
    os.close(inside)
    return all_of(terminal).replace("\r", "").splitlines()


def all_of(terminal):
    """What was printed on a terminal that nothing has open any more; closes it."""
    text = b""
    with contextlib.suppress(OSError):  # Linux reports the end of a terminal as an error
        while part := os.read(terminal, 4096):
            text += part
    os.close(terminal)
    return text.decode()


def creations(root, ann):
    root("create", "new@example.com", says=["new@example.com"])
    root("create", "boss@example.com", "--admin", says=["yes"])
    root("create", "new@example.com", code=8, complains=["already exists", "the user is there"])
    root("create", "a\nb@example.com", code=2, complains=["U+000A"])
    ann("create", "x@example.com", code=4, complains=["admin"])


def changes(root, ann):
    def shown(name):
        return json.loads(root("show", name, "--json"))

    root("create", "new@example.com", "--if-not-exists", says=["new@example.com"], complains=["the user is there already"])
    root("create", "new@example.com", "--if-not-exists", "--admin", code=8, complains=["is no admin", "nothing was changed"])
    root("create", "fresh@example.com", "--if-not-exists", says=["fresh@example.com"])
    root("set-admin", "fresh", "true", says=["fresh@example.com"])
    check("set-admin", shown("fresh")["admin"] is True)
    root("set-admin", "fresh@example.com", "false")
    check("set-admin false", shown("fresh")["admin"] is False)
    root("set-admin", "fresh", "perhaps", code=2, complains=["perhaps"])
    root("set-admin", "nobody", "true", code=3, complains=["no user nobody"])
    ann("set-admin", "ann", "true", code=4, complains=["admin"])
    root("update", "fresh", "--name", "Fresh Name", "--admin", "true", says=["Fresh Name"])
    check("update", (shown("fresh")["name"], shown("fresh")["admin"]) == ("Fresh Name", True))
    root("update", "fresh", code=2, complains=["say what to change", "--name"])
    root("update", "fresh", "--name", "", code=2, complains=["empty"])
    root("remove", "", code=2, complains=["empty"])
    root("remove", code=2, complains=["user"])
    root("remove", "nobody@example.com", code=3, complains=["no user"])
    gone = json.loads(root("remove", "fresh@example.com", "--json"))
    check("remove", gone["deleted_at"], gone)
    root("create", "fresh@example.com", "--if-not-exists", "--admin", code=8, complains=["is deleted"])

    def listed(*words):
        return [json.loads(line)["username"] for line in root("list", "--json", *words).splitlines()]

    check("list --deleted", listed("--deleted") == ["fresh"])
    check("list --admins", listed("--admins") == ["root", "boss", "fresh"], listed("--admins"))
    check("list --admins of a query", listed("boss", "--admins") == ["boss"])
    check("list --limit", len(listed("--limit", "2")) == 2)
    check("list --limit of what is wanted", listed("--admins", "--limit", "1") == ["root"])
    check("list --team", listed("--team", "red") == ["ann"])
    root("list", "--team", "red", "ann", code=2, complains=["--team"])
    root("list", "--limit", "0", code=2, complains=["--limit"])
    check("restore", json.loads(root("restore", "fresh@example.com", "--json"))["deleted_at"] is None)


def keys(root, ann, older):
    rows = json.loads(root("keys", "list", "ann", "--json"))
    check("keys list", [row["description"] for row in rows] == ["first", "twin", "twin", None], rows)
    root("keys", "delete", "twin", "ann", code=2, complains=["id"])
    root("keys", "delete", "", "ann", code=2, complains=["empty"])
    root("keys", "delete", rows[1]["id"], "", code=2, complains=["empty"])
    root("keys", "delete", "none", "ann", code=3, complains=["no key"])
    root("keys", "delete", rows[1]["id"], "ann")
    root("keys", "delete", "twin", "ann")
    root("keys", "delete", rows[3]["name"], "ann")
    check("keys of somebody else are not in use", not any(row["in_use"] for row in rows), rows)
    mine = json.loads(root("keys", "list", "--json"))
    check("the key in use", [row["in_use"] for row in mine] == [True], mine)
    check("a name is the key ID, or a mask", mine[0]["name"] == (root.environment["WANDB_API_KEY"][:5] + "****" if older
                                                               else root.environment["WANDB_API_KEY"][:20]), mine)
    check("keys delete", len(json.loads(root("keys", "list", "ann", "--json"))) == 1)

    ann("keys", "generate", code=2, complains=["--output", "--print-secret"])
    secret = ann("keys", "generate", "--description", "ci", "--print-secret", shows_secret=True).strip()
    check("the printed secret", len(secret) == 40, secret)
    for caller in (root, ann):
        caller.secrets.append(secret)
    ann("keys", "list", says=["ci"])
    streamed = ann("keys", "generate", "--description", "stream", "--output", "-", shows_secret=True)
    check("keys generate --output -", len(streamed) == 41, "no secret")
    ann("keys", "delete", "stream")
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "key")
        ann("keys", "generate", "--output", str(path))
        check("the written secret", len(path.read_text().strip()) == 40 and stat.S_IMODE(path.stat().st_mode) == 0o600)
        ann("keys", "generate", "--output", str(path), code=2, complains=["cannot make"])
        if not older:
            root("keys", "generate", "ann", "--output", str(Path(scratch, "no")), code=4, complains=["own API key", "--user-key-env"])
            check("a refused key leaves no file", not Path(scratch, "no").exists())
    root.environment["ANN_KEY"] = secret
    root("keys", "generate", "ann", "--user-key-env", "ANN_KEY", "--print-secret", shows_secret=True)
    root.environment["LINES"] = secret + "\n"
    root("keys", "generate", "ann", "--user-key-env", "LINES", "--print-secret", shows_secret=True)
    before = len(json.loads(root("keys", "list", "ann", "--json")))
    root("keys", "delete", "--key-env", "ANN_KEY", code=3, complains=["ANN_KEY"])
    spare = ann("keys", "generate", "--print-secret", shows_secret=True).strip()
    root.environment["SPARE"] = spare + "\n"
    root("keys", "delete", "ann", "--key-env", "SPARE")
    check("keys delete --key-env", len(json.loads(root("keys", "list", "ann", "--json"))) == before)
    root("keys", "generate", "ann", "--user-key-env", "NOT_SET", "--print-secret", code=2, complains=["NOT_SET"])
    root.environment.update(ANN_KEY=f" {secret}\n", BLANK=" \n")
    root("keys", "generate", "ann", "--user-key-env", "ANN_KEY", "--print-secret", shows_secret=True)
    root("keys", "generate", "ann", "--user-key-env", "BLANK", "--print-secret", code=2, complains=["BLANK is not set, or empty"])
    root("keys", "generate", "ann", "--user-key-env", "", "--print-secret", code=2, complains=["empty"])
    root.environment["SHORT"] = "short"
    root("keys", "generate", "ann", "--user-key-env", "SHORT", "--print-secret", code=4, complains=["SHORT", "shape", "too short"])
    root("keys", "generate", "dev0", "--user-key-env", "ANN_KEY", "--print-secret", code=4, complains=["another user"])


def questions(ann):
    """Somebody at a terminal is asked before the key in use is deleted."""
    spare = Tool(ann.environment["WANDB_BASE_URL"], ann("keys", "generate", "--description", "spare", "--print-secret",
                                                        shows_secret=True).strip(), ann.secrets)
    for answer, code in ((b"n\n", 1), (b"\n", 1), (b"\4", 1), (b" YES \n", 0)):
        terminal, inside = os.openpty()
        os.write(terminal, answer)
        run = subprocess.run([tool, "keys", "delete", "spare"], stdin=inside, stdout=subprocess.PIPE, stderr=inside,
                             env=spare.environment, timeout=60, check=False)
        os.close(inside)
        asked = all_of(terminal)
        check("a question", run.returncode == code, f"exit code {run.returncode} after {answer}: {asked}")
        check("the question", "wandb-users: this is the key that these commands use; delete it? [y/N]" in asked, asked)
        check("the end of the input ends the line too", answer != b"\4" or "[y/N] \r\n" in asked, asked)
    spare("whoami", code=4, complains=["API key"])


def keys_in_csv(root, ann):
    """A key that is made or deleted has its row of CSV too."""
    with tempfile.TemporaryDirectory() as scratch:
        path = str(Path(scratch, "key"))
        made = next(csv.DictReader(ann("keys", "generate", "--description", "row", "--print-secret", "--output", path, "--format",
                                       "csv", shows_secret=True).splitlines()))
        check("a new key in CSV", (made["description"], made["secret"], made["output"]) == ("row", Path(path).read_text().strip(), path), made)
        more = next(csv.DictReader(root("keys", "generate", "--output", path + "2", "--format", "csv").splitlines()))
        check("a new key without its secret in CSV", (more["secret"], more["output"]) == ("", path + "2"), more)
    root("keys", "delete", more["id"])
    deleted = list(csv.DictReader(ann("keys", "delete", made["id"], "--format", "csv").splitlines()))
    check("a deleted key in CSV", deleted == [{"id": made["id"], "deleted": "true"}], deleted)


def within(*setting):
    """A shell that sets something and then becomes the tool."""
    return "sh", "-c", "; ".join(setting) + '; exec "$@"', "sh"


def nobody_reads():
    """The end of a pipe whose reader has left."""
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w")


full = within("exec >/dev/full")
closed = within("exec >&-")


def lost_output(root, ann):
    """What was changed is told where it cannot be printed, with the way out."""
    def keys():
        return {row["description"]: row["id"] for row in json.loads(ann("keys", "list", "--json"))}

    def is_told(*words, kept="", shows=None, **setting):
        printed = ann("keys", "generate", "--description", "lost", *words, code=1, complains=["lost", "was made"], **setting)
        told = ann.complaint
        for member, value in (shows or {}).items():
            check("what is printed of a new key", json.loads(printed).get(member) == value, printed)
        made = keys()["lost"]
        if kept:
            check("a secret that stands somewhere is not lost", kept in told and "keys delete" not in told, told)
        else:
            check("a lost secret's key is named", f"`wandb-users keys delete {made}`" in told, told)
        ann("keys", "delete", made)

    is_told("--print-secret", within=full)
    is_told("--print-secret", stdout=nobody_reads())
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "key")
        is_told("--print-secret", "--output", str(path), within=full, kept=str(path))
        check("the secret that could not be printed", len(path.read_text().strip()) == 40)
        path.unlink()
        is_told("--output", str(path), within=within("trap '' XFSZ", "ulimit -f 0"))
        check("a file without its secret is no file", not path.exists())
        is_told("--json", "--output", str(path), within=within("trap '' XFSZ", "ulimit -f 0"), shows={"output": None})
        is_told("--json", "--print-secret", "--output", str(path), within=full, kept=str(path))
        path.unlink()
    before = keys()
    ann("keys", "generate", "--print-secret", code=2, complains=["standard output", "no key was made"], within=closed)
    check("no key is made for a closed output", keys() == before)
    for setting in (full, closed):
        for words in (["whoami"], ["--help"], ["keys", "list", "--help"], ["--version"], ["--describe"]):
            ann(*words, code=1, complains=["could not be written"], within=setting)
    for number, setting in enumerate((full, closed)):
        root("create", f"lost{number}@example.com", code=1, complains=[f"lost{number}@example.com was made"], within=setting)
    ann("keys", "generate", "--description", "quiet", "--output", "/dev/null/none", code=2, complains=["Not a directory"])


def files(root, at, secrets):
    for path, why in (("/", "Is a directory"), ("/proc/self/mem", "rror"), ("/dev/zero", "larger"),
                      ("/nonexistent", "No such file")):
        root("provision", path, code=2, complains=[path + ": ", why])
    with tempfile.TemporaryDirectory() as scratch:
        key_file = Path(scratch, "key")
        key_file.write_text(at["ann"] + "\n\x1b[31m\n")
        root("provision", str(key_file), code=2, complains=["the column email is missing"])
        people = Path(scratch, "people.csv")
        people.write_text("email,admin\nnobody@example.com,\n")
        root("provision", str(people), "--output", scratch, code=2, complains=[scratch, "Is a directory"])
        root("provision", str(people), "--output", scratch + "/no/such", code=2, complains=["No such file"])
    root("show", "nobody@example.com", code=3, complains=["no user"])
    tls = Tool(at["url"].replace("http:", "https:"), at["root"], secrets)
    for path in ("/", "/nonexistent", "/dev/null"):
        tls("whoami", "--ca-file", path, code=5, complains=[path, "--ca-file"])
    for path in ("/", "/proc/self/mem"):
        Tool(at["url"], "", secrets, NETRC=path)("whoami", code=4, complains=[path])


def environment(at, secrets):
    def caller(url=at["url"], key=at["root"], **more):
        return Tool(url, key, secrets, **more)

    caller(key="")("whoami", code=4, complains=["WANDB_API_KEY"])
    caller(key="short")("whoami", code=4, complains=["shape"])
    caller(key="0" * 40)("whoami", code=4, complains=["check the API key"])
    caller(url="http://example.com")("whoami", code=2, complains=["https", "--allow-insecure-http"])
    caller(url="https://app.wandb.ai")("whoami", code=2, complains=["https://api.wandb.ai"])
    caller(url="http://127.0.0.1:1")("whoami", "--timeout", "5", code=5, complains=["could not connect"])
    caller(url="nowhere")("--base-url", at["url"], "whoami", says=["root"])
    caller(WANDB_HTTP_TIMEOUT="soon")("whoami", code=2, complains=["WANDB_HTTP_TIMEOUT"])
    for words in ([], ["nonsense"], ["keys"], ["create"]):
        caller()(*words, code=2, complains=[""])
    for seconds in ("nan", "NAN", "-nan", "inf", "-inf", "-1", "0", "1e300", "1e400", "soon", "1s"):
        caller()("--timeout", seconds, "whoami", code=2, complains=["--timeout", "from 0.001 to 86400"])
        caller(WANDB_HTTP_TIMEOUT=seconds)("whoami", code=2, complains=["WANDB_HTTP_TIMEOUT"])
    caller()("--timeout", ".5", "whoami", says=["root"])
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        caller(url=url)("whoami", "--timeout", "0.05", code=5, complains=["--timeout"])
    caller()("--version", says=["."])
    caller()("--help", says=["whoami", "--json"])


def refusals(at, secrets):
    caller = Tool(at["refusing"], at["root"], secrets)
    for words in (["whoami"], ["whoami", "--json"], ["show"], ["show", "--json"]):
        caller(*words, says=["ann@example.com"], complains=["relogin required", "no teams"])
    check("one line a user", caller("whoami", complains=["relogin"]).count("\n") == 2)
    caller("teams", code=1, complains=["no teams"])
    caller("keys", "list", code=4, complains=["relogin required"])
    caller("keys", "delete", "x", code=4, complains=["relogin required"])


for generation in ("newer", "older"):
    with serving(generation) as at:
        secrets = [at["root"], at["ann"]]
        root, ann = Tool(at["url"], at["root"], secrets), Tool(at["url"], at["ann"], secrets)
        looks(root)
        creations(root, ann)
        changes(root, ann)
        keys(root, ann, generation == "older")
        questions(ann)
        keys_in_csv(root, ann)
        lost_output(root, ann)
        files(root, at, secrets)
        environment(at, secrets)
        refusals(at, secrets)

for failure in failures:
    print(failure)
print(f"{passed} passed, {len(failures)} failed")
sys.exit(bool(failures))
