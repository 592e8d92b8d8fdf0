"""Checks that each header was compiled alone, and which other headers it reads.

    check.py INCLUDE_DIR BUILD_DIR all|public COMPILER...

Private headers, those below a `detail/`, are among `all`. The headers of the core must not read Asio, Beast or OpenSSL.
If the definitions are compiled once, they must not read Boost at all: the check compiles programs with a copy of the
system's headers that has no Boost.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

include, build, which, compiler = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4:]
networking = re.compile(r"/boost/(asio|beast)[/.]|/openssl/")
needs_networking = re.compile(r"wandb/(transport/|testing/(?!fake))")
slow = re.compile(r"/c\+\+/\d+/(thread|fstream)$")
failures = []


def dependencies():
    """What each header's translation unit read, as ninja recorded it."""
    log = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True, check=True).stdout
    found = {}
    for block in log.split("\n\n"):
        target, *files = block.split("\n")
        if match := re.search(r"/all_headers\.p/meson-generated_\.\._(\w+)\.cpp\.o: #deps \d+,.*\(VALID\)", target):
            found[match[1]] = [os.path.normpath(name.strip()) for name in files]
    return found


def complaint(header, files):
    if files is None:
        return "was not compiled alone: configure again"
    banned = [] if needs_networking.match(header) else [name for name in files if networking.search("/" + name)]
    if header == "wandb/wandb.hpp":
        banned += [name for name in files if slow.search("/" + name)]
    return f"includes {banned[0]}" if banned else None


def tree_without(root, hidden_in):
    """/usr/include by symbolic links, without what is hidden in these folders."""
    for source, hidden in hidden_in.items():
        target = root / Path(source).relative_to("/usr/include")
        target.mkdir()
        for entry in os.scandir(source):
            if entry.name not in hidden:
                (target / entry.name).symlink_to(entry.path)


def compiles_without(hidden_in, header, *flags_of_program):
    listing = subprocess.run([*compiler, "-std=c++20", "-xc++", "-E", "-v", os.devnull], capture_output=True, text=True).stderr
    search = re.search(r"#include <\.\.\.> search starts here:\n(.*?)\nEnd of search", listing, re.S)[1].split()
    with tempfile.TemporaryDirectory() as scratch:
        shadow = Path(scratch) / "include"
        tree_without(shadow, hidden_in)
        paths = [str(shadow) if path == "/usr/include" else path for path in search]
        flags = [flag for path in paths for flag in ("-isystem", path)]
        run = subprocess.run(
            [*compiler, "-std=c++20", "-fsyntax-only", "-nostdinc", "-nostdinc++", *flags, *flags_of_program, f"-I{include}",
             "-xc++", "-"],
            input=f"#include <{header}>\n", text=True, capture_output=True)
    return run.stderr if run.returncode else None


# Only programs that compile the definitions once use these headers, in the build of their library.
once = {"wandb/src.hpp", "wandb/transport/src.hpp"}
networking_alone = {"/usr/include": {"boost", "openssl"}, "/usr/include/boost": {"asio", "asio.hpp", "beast", "beast.hpp"}}
all_of_boost = {"/usr/include": {"boost", "openssl"}}
compiled = dependencies()
headers = sorted({str(path.relative_to(include)) for path in include.rglob("*.hpp")} - once)
if which == "public":
    headers = [header for header in headers if "/detail/" not in header]
for header in headers:
    if problem := complaint(header, compiled.get(re.sub(r"\W", "_", header))):
        failures.append(f"{header} {problem}")
separate = "-DWANDB_SEPARATE_COMPILATION"
without = [
    ("without Asio, Beast and OpenSSL", networking_alone, "wandb/wandb.hpp"),
    ("without Boost, compiled once", all_of_boost, "wandb/wandb.hpp", separate),
    ("without Boost and OpenSSL, compiled once", all_of_boost, "wandb/transport/beast.hpp", separate),
]
for what, *program in without:
    if problem := compiles_without(*program):
        failures.append(f"{program[1]} does not compile {what}:\n{problem}")

for failure in failures:
    print(failure)
print(f"{len(headers) + len(without) - len(failures)} passed, {len(failures)} failed")
sys.exit(bool(failures))
