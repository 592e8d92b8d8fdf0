#!/usr/bin/env python3
"""variables.py ROOT: README's table of environment variables has each variable that is read, and no other.

A variable counts as read where a header of the library or a source of the tool asks an `Environment` or getenv(3) for it.
Fails also where the name is computed, in a place that is not known to do so: the table could not have it.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from results import report

# The reader itself, and the tool's options that name a variable, such as --key-env.
COMPUTED = {("include/wandb/environment.hpp", "name"), ("tools/key_commands.cpp", "name.c_str(")}
READS = re.compile(r"(?:\bgetenv|\w*[eE]nvironment\w*(?:::process\(\)|\(\))?\s*\.\s*get)\(\s*([^)]*)\)")


def names_read(root):
    """The names that are read, each with the files that do, and complaints about computed ones."""
    names, complaints = {}, []
    sources = [path for folder in ("include", "tools") for path in sorted((root / folder).rglob("*"))
               if path.suffix in (".hpp", ".ipp", ".cpp")]
    for path in sources:
        file = path.relative_to(root).as_posix()
        for argument in READS.findall(path.read_text()):
            if literal := re.fullmatch(r'"(\w+)"', argument.strip()):
                names.setdefault(literal[1], []).append(file)
            elif (file, argument.strip()) not in COMPUTED:
                complaints.append(f"{file} reads a variable whose name is computed: {argument}")
    return names, complaints


def names_told(page):
    """The names in the first column of the table below the heading, in order."""
    section = re.search(r"^## Environment variables\n(.*?)(?=^## |\Z)", page, re.M | re.S)
    rows = re.findall(r"^\|([^|]*)\|", section[1], re.M) if section else []
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


def main(root):
    names, complaints = names_read(root)
    told = names_told((root / "README.md").read_text())
    missing = [f"{name}, which {', '.join(sorted(set(files)))} reads" for name, files in sorted(names.items())
               if name not in told]
    results = [
        ("every name of a variable is written out", complaints),
        ("variables are read at all", [] if names else ["none was found"]),
        ("README tells every variable that is read", missing),
        ("README tells no variable that nothing reads", [name for name in told if name not in names]),
        ("README tells each variable once", sorted({name for name in told if told.count(name) > 1})),
    ]
    return report(results)


sys.exit(main(pathlib.Path(sys.argv[1])))
