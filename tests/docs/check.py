#!/usr/bin/env python3
"""check.py ROOT: the documentation agrees with the code and with itself.

The table of docs/errors.md has each enumerator of errc.hpp with its condition, that of docs/transports.md each rule of
the conformance suite, every link within the pages leads somewhere, README names every page, each test that SECURITY.md
names exists, and the mistakes of what-the-compiler-catches.md are in the files that it names.
"""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from results import report

root = Path(sys.argv[1]).resolve()
PAGES = [*sorted(root.glob("*.md")), *sorted((root / "docs").glob("*.md"))]


def enumerators(name):
    """The enumerators of an enumeration of errc.hpp, in order."""
    header = (root / "include/wandb/errc.hpp").read_text()
    body = re.search(rf"^enum class {name} : int {{\n(.*?)^}};", header, re.M | re.S)[1]
    return re.findall(r"^  (\w+)[ ,]", body, re.M)


def conditions():
    """The condition of each error code, as `condition_of` of errc.ipp has it."""
    text = (root / "include/wandb/impl/errc.ipp").read_text()
    body = re.search(r"condition_of\(errc code\).*?^}", text, re.M | re.S)[0]
    found, waiting = dict.fromkeys(enumerators("errc"), re.search(r"default: return condition::(\w+)", body)[1]), []
    for code, condition in re.findall(r"case errc::(\w+):|return condition::(\w+);", body):
        if code:
            waiting.append(code)
        else:
            found.update(dict.fromkeys(waiting, condition))
            waiting = []
    return found


def rows(heading):
    """The cells of the rows of the table below a heading of errors.md, whose first cell is a name in backquotes."""
    page = (root / "docs/errors.md").read_text()
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.M | re.S)[1]
    table = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in section.splitlines() if line.startswith("| `")]
    return [cells for cells in table if re.fullmatch(r"`\w+`", cells[0]) and cells[0] not in ("`errc`", "`condition`")]


def faults_of_codes():
    expected = [(f"`{code}`", f"`{condition}`") for code, condition in conditions().items()]
    told = [(cells[0], cells[1]) for cells in rows("Codes")]
    faults = [f"{code} of {condition} is missing" for code, condition in expected if (code, condition) not in told]
    faults += [f"{code} of {condition} is wrong" for code, condition in told if (code, condition) not in expected]
    faults += [f"{cells[0]} does not say the outcome, or what to do" for cells in rows("Codes")
               if len(cells) != 4 or not all(cells)]
    return faults or ([] if [code for code, _ in told] == [code for code, _ in expected] else ["the order differs"])


def faults_of_conditions():
    expected, told = enumerators("condition"), [cells[0].strip("`") for cells in rows("Conditions")]
    return [] if told == expected else [f"the rows are {told}, the conditions {expected}"]


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")
            for title in re.findall(r"^#+ (.*)$", text, re.M)}


def faults_of_links():
    faults = []
    for page in PAGES:
        text = re.sub(r"^\s*```.*?^\s*```", "", page.read_text(), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
            if "://" in target:
                continue
            name, _, anchor = target.partition("#")
            to = (page.parent / name).resolve() if name else page
            if not to.exists() or (anchor and anchor not in anchors(to)):
                faults.append(f"{page.relative_to(root)} leads to {target}")
    return faults


def faults_of_index():
    readme = (root / "README.md").read_text()
    named = set(re.findall(r"\]\(([\w./-]+)", readme))
    return [f"README does not name {page.relative_to(root)}" for page in PAGES
            if page.name != "README.md" and page.relative_to(root).as_posix() not in named]


def faults_of_security():
    faults, seen = [], 0
    for row in re.findall(r"^\|.*\|$", (root / "SECURITY.md").read_text(), re.M):
        for name, cases in re.findall(r'`(tests/[\w/.]+)`:((?: "[^"]+",?)+)', row.split(" | ")[-1]):
            source = (root / name).read_text() if (root / name).exists() else ""
            for case in re.findall(r'"([^"]+)"', cases):
                seen += 1
                if f'"{case}"' not in source:
                    faults.append(f'{name} has no test "{case}"')
    return faults if seen else ["it names no test"]


def faults_of_mistakes():
    """The mistakes that the page shows are those of the files, which the compiler refuses."""
    def code_of(text):
        return [re.sub(r"\s", "", re.sub(r"//.*", "", line)).rstrip(";") for line in text.splitlines()]
    page = (root / "docs/what-the-compiler-catches.md").read_text()
    shown = re.findall(r"^```cpp\n(.*?)^```(?:\n\n`([\w.]+)`:)?", page, re.M | re.S)
    faults = [] if shown else ["it shows none"]
    for block, name in shown:
        source = root / "tests/compile_fail" / name
        file = "".join(code_of(source.read_text())) if name and source.exists() else ""
        faults += [f"{name or 'no file'} lacks {line}" for line in code_of(block) if line and line not in file]
    return faults


def faults_of_rules():
    """The rules of transports that the page has are those of the conformance suite, in their order."""
    table = (root / "include/wandb/testing/detail/conformance_run.hpp").read_text()
    body = re.search(r"conformance_rules\[\] = \{\n(.*?)^\};", table, re.M | re.S)[1]
    expected = re.findall(r'\{"([^"]+)"', body)
    page = (root / "docs/transports.md").read_text()
    section = re.search(r"^### The rules\n(.*?)^## ", page, re.M | re.S)[1]
    told = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ")][1:]
    faults = [f"{rule} is missing" for rule in expected if rule not in told]
    faults += [f"{rule} is no rule" for rule in told if rule not in expected]
    return faults or ([] if expected == told else ["the order differs"])


checks = [
    ("the page of errors has each code with its condition, an outcome and what to do", faults_of_codes),
    ("the page of errors has each condition", faults_of_conditions),
    ("links within the documentation lead somewhere", faults_of_links),
    ("README names every page", faults_of_index),
    ("the page of transports has each rule of the conformance suite", faults_of_rules),
    ("every test that SECURITY.md names exists", faults_of_security),
    ("the mistakes that a page shows are those that the compiler refuses", faults_of_mistakes),
]
sys.exit(report((title, check()) for title, check in checks))
