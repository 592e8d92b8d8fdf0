#!/usr/bin/env python3
"""make.py [--check]: writes wandb.hpp and wandb_beast.hpp beside this script; --check: fails if they are not current.

Each has the text of the library's headers, every one once, in the order in which the compiler reads them. The
definitions come last. A program that is compiled with WANDB_SEPARATE_COMPILATION has them in the one unit that defines
WANDB_DEFINITIONS before it includes the file.
"""
import re
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
include = here.parent / "include"
own = re.compile(r"^#include <(wandb/[^>]+)>\n", re.M)
definitions_of_header = re.compile(
    r"^#if !defined\(WANDB_SEPARATE_COMPILATION\)\n((?:#include <wandb/impl/[^>]+>\n)+)(?:#else\n(.*?))?#endif\n", re.M | re.S)

HEADERS = {
    "wandb.hpp": ["wandb/wandb.hpp"],
    "wandb_beast.hpp": ["wandb/transport/beast.hpp", "wandb/transport/async_beast.hpp", "wandb/for_each_threaded.hpp",
                        "wandb/format.hpp"],
}
ABOUT = {
    "wandb.hpp": """// wandb-users in one file: <wandb/wandb.hpp>.
""",
    "wandb_beast.hpp": """// What wandb.hpp, in the folder of this file, does not have: the transports over Boost.Beast, the threaded form of
// for_each, and std::format.
""",
}
NOTICE = """// Made by single_include/make.py. Do not mix it with headers of include/wandb/.
//
"""


def is_conditional(before):
    """Whether what follows that text is compiled under a condition only."""
    return len(re.findall("^#if", before, re.M)) > len(re.findall("^#endif", before, re.M))


class Text:
    """The text of one file, of which other files may already have a part."""

    def __init__(self, seen):
        self.seen, self.parts, self.definitions = seen, [], []

    def add(self, name):
        """Adds the header's text after that of the headers that it includes, and remembers its definitions."""
        if name in self.seen:
            return
        self.seen.add(name)
        text = (include / name).read_text().replace("#pragma once\n", "", 1)
        text = definitions_of_header.sub(self.postpone, text)
        for found in own.finditer(text):
            if found[1] not in self.seen and is_conditional(text[:found.start()]):
                self.prepare_conditional(name, found[1])
        at = 0
        for found in own.finditer(text):
            self.parts.append(text[at:found.start()])
            self.add(found[1])
            at = found.end()
        self.parts.append(text[at:])

    def prepare_conditional(self, name, conditional):
        """Adds what a header includes that is itself included under a condition, such as the file for one system."""
        if sum(f"#include <{conditional}>" in path.read_text() for path in include.rglob("*.?pp")) != 1:
            sys.exit(f"{name} includes {conditional} under a condition: other headers would lack it where it is false")
        for found in own.finditer((include / conditional).read_text()):
            self.add(found[1])

    def postpone(self, found):
        """Keeps what a header says where it has no definitions, and the names of those for later."""
        self.definitions += own.findall(found[1])
        return f"#if defined(WANDB_SEPARATE_COMPILATION)\n{found[2]}#endif\n" if found[2] else ""

    def add_definitions(self):
        self.parts.append("\n#if !defined(WANDB_SEPARATE_COMPILATION) || defined(WANDB_DEFINITIONS)\n")
        for name in self.definitions:  # grows while headers are added
            self.add(name)
        self.parts.append("#endif\n")


def make():
    seen, files = set(), {}
    for file, headers in HEADERS.items():
        text = Text(seen)
        text.parts += [LICENSE, NOTICE, ABOUT[file], "#pragma once\n"]
        if file != "wandb.hpp":
            text.parts.append('\n#include "wandb.hpp"\n')
        for header in headers:
            text.add(header)
        text.add_definitions()
        files[file] = re.sub(r"\n{3,}", "\n\n", "".join(text.parts))
    return files


LICENSE = "".join(f"// {line}".rstrip() + "\n" for line in (here.parent / "LICENSE").read_text().splitlines()) + "\n"
stale = []
for file, text in make().items():
    path = here / file
    if "--check" not in sys.argv:
        path.write_text(text)
    elif not path.exists() or path.read_text() != text:
        stale.append(f"single_include/{file} is not current: run single_include/make.py")
print("\n".join(stale), end="\n" if stale else "")
sys.exit(bool(stale))
