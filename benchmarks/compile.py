"""Measures what it costs to compile a program that uses the library, and compares that with the limits that it is to meet.

    compile.py INCLUDE_DIR [RUNS] [--compiler COMMAND] [--level OPTION] [--headers [NAME,...]]

It compiles the first program of README.md, compile/by_hand.cpp, which does the same without the library, and single
includes. Then it compiles them again with WANDB_SEPARATE_COMPILATION. The units take turns, so that other load on the
machine affects all of them. It prints the medians of the CPU seconds and of the compiler's peak memory, and whether
each limit is met. With --headers it prints instead what each public header costs. It fails only if something does not
compile.
"""
import argparse
import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

here = Path(__file__).parent
separate = "-DWANDB_SEPARATE_COMPILATION"


@dataclass
class Unit:
    """A translation unit, and what its compilations cost."""
    source: str
    options: tuple = ()
    seconds: list = field(default_factory=list)
    megabytes: list = field(default_factory=list)

    def median(self, measure):
        return statistics.median(getattr(self, measure))


def compile_once(command, unit, scratch):
    source, said = Path(scratch, "unit.cpp"), Path(scratch, "said")
    source.write_text(unit.source)
    command = [*command, *unit.options, str(source)]
    with said.open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        # The usage covers the compiler's driver and all processes that it started; the memory is that of the largest
        # process.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}\ndoes not compile:\n{said.read_text()[:4000]}")
    unit.seconds.append(usage.ru_utime + usage.ru_stime)
    unit.megabytes.append(usage.ru_maxrss / 1024)


def measure(command, units, runs):
    """Round after round, so that whatever else the machine does falls on all alike."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [*command, "-o", str(Path(scratch, "unit.o"))]
        for _ in range(runs):
            for unit in units:
                compile_once(command, unit, scratch)


# Each bar limits the cost of a unit to a multiple of the cost of another unit.

readme, by_hand = "README's program", "the same by hand"
include, json = "#include <wandb/wandb.hpp>", "#include <boost/json.hpp>"
definitions = "all definitions, once"
compiled = ", compiled separately"
bars = [(readme, by_hand, 1.2), (readme + compiled, by_hand, 0.4), (include + compiled, json, 1.0), (include, json, 2.0)]


def units_of_use():
    page = (here.parent / "README.md").read_text()
    program = re.search(r"^```cpp\n(#include.*?)^```", page, re.M | re.S)[1]
    return {
        readme: Unit(program),
        by_hand: Unit((here / "compile" / "by_hand.cpp").read_text()),
        include: Unit(f"{include}\n"),
        json: Unit(f"{json}\n"),
        readme + compiled: Unit(program, (separate,)),
        include + compiled: Unit(f"{include}\n", (separate,)),
        definitions: Unit("#include <wandb/transport/src.hpp>\n", (separate,)),
    }


def verdicts(units):
    """A line for each bar."""
    for name, peer, bar in bars:
        line = f"  {name + ' / ' + peer:76} <= {bar}"
        for measured, word in (("seconds", "time"), ("megabytes", "memory")):
            ratio = units[name].median(measured) / units[peer].median(measured)
            line += f"  {word} {ratio:.2f} {'met' if ratio <= bar else 'missed'}"
        yield line


def tell_use(headers, compilers, levels, runs):
    for compiler in compilers:
        for level in levels:
            units = units_of_use()
            measure([*shlex.split(compiler), "-std=c++20", level, f"-I{headers}", "-c"], units.values(), runs)
            print(f"\n{f'{compiler} {level}':50} {'CPU s':>7} {'MB':>6}  (medians of {runs})")
            for name, unit in units.items():
                print(f"  {name:48} {unit.median('seconds'):7.2f} {unit.median('megabytes'):6.0f}")
            print(*verdicts(units), sep="\n", flush=True)


def public_headers(headers):
    found = (path.relative_to(headers).as_posix() for path in headers.rglob("*.hpp"))
    # A program does not include src.hpp as a header, because it holds all definitions.
    return sorted(name for name in found if "/detail/" not in name and not name.endswith("/src.hpp"))


def lines(command, unit):
    text = subprocess.run([*command, "-E", "-P", "-xc++", "-"], input=unit.source, text=True, check=True, capture_output=True)
    return text.stdout.count("\n")


def tell_headers(headers, chosen, compiler, runs):
    """What reading each header costs, beside Boost's."""
    names = ["boost/json.hpp", "boost/beast.hpp", *(chosen or public_headers(headers))]
    units = {name: Unit(f"#include <{name}>\n") for name in names}
    command = [*shlex.split(compiler), "-std=c++20", f"-I{headers}"]
    measure([*command, "-fsyntax-only"], units.values(), runs)
    peers = [units[name].median("seconds") for name in names[:2]]
    print(f"{'header':44} {'CPU s':>7} {'MB':>6} {'lines':>8}  / json  / beast   ({compiler}, medians of {runs})")
    for name, unit in units.items():
        seconds = unit.median("seconds")
        print(f"{name:44} {seconds:7.2f} {unit.median('megabytes'):6.0f} {lines(command, unit):8d}"
              f" {seconds / peers[0]:7.2f} {seconds / peers[1]:8.2f}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("include", type=Path, help="where the library's headers are")
    parser.add_argument("runs", type=int, nargs="?", default=3, help="how often each is compiled (default: 3)")
    parser.add_argument("--compiler", action="append", help="one of the compilers (default: $CXX, or those that are found)")
    parser.add_argument("--level", action="append", help="one of the levels of optimisation (default: -O0 and -O2)")
    parser.add_argument("--headers", nargs="?", const="", metavar="NAME,...",
                        help="list what including each public header, or each of these, costs instead")
    return parser.parse_args()


def compilers_found():
    return [name for name in ("g++", "clang++-14", "clang++-19") if shutil.which(name)]


given = arguments()
chosen = os.environ.get("CXX")
compilers = given.compiler or ([chosen] if chosen else compilers_found())
if given.headers is None:
    tell_use(given.include, compilers, given.level or ["-O0", "-O2"], given.runs)
else:
    tell_headers(given.include, [name for name in given.headers.split(",") if name], compilers[0], given.runs)
