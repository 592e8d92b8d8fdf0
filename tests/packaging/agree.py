#!/usr/bin/env python3
"""agree.py SOURCE: what is written in several places is the same in all of them.

The versions, the module's table of contents and the headers' names, the files of single_include/ and the headers, the
wraps and the files that they name, and the libraries of Boost in the vcpkg port and in the headers.
"""
import configparser
import json
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from results import report

source = Path(sys.argv[1])
include = source / "include" / "wandb"

# What only the headers themselves name.
NOT_EXPORTED = {"BooleanOrInteger", "Coloured", "StructSelection",
                "begin", "end"}  # the last two are members that are defined outside their class
MODULES = {
    "packaging/modules/wandb.cppm": [
        "answer", "any_transport", "api", "attrs", "check_transport", "client", "document", "environment", "errc", "error",
        "for_each", "for_each_threaded", "fwd", "headers", "identity_token", "keys", "options", "proxy", "result", "retry",
        "retry_after", "secret", "selection", "setting", "stop_token", "text", "transport", "user", "users", "value",
        "variables", "version", "graphql/document",
        "graphql/dynamic_document", "graphql/fault"],
    "packaging/modules/wandb_beast.cppm": ["transport/options", "transport/beast", "transport/async_beast"],
}


def public_names(text):
    """The names that a header declares in `wandb` or `wandb::graphql`, but not in `detail`."""
    spaces, names = [], set()
    # A namespace of one line has no comment at its end.
    text = text.replace("::inline WANDB_ABI", "")
    text = re.sub(r"^namespace detail \{\n.*\n\}\n", "", text, flags=re.M)
    for line in text.splitlines():
        if found := re.match(r"(?:inline )?namespace ([\w:]+) \{(.*\})?", line):
            if not found[2]:
                spaces.append(found[1])
        elif re.match(r"\}  // namespace", line):
            spaces.pop()
        elif spaces and "detail" not in "::".join(spaces):
            declared = re.match(
                r"(?:class|struct|enum class|using|concept)(?: \[\[[^=]*?\]\])? (\w+)|"
                r"(?:\[\[nodiscard\]\] )?(?:WANDB_DECL |inline |constexpr |consteval )+[^=(]*?(\w+)(?:\(| =|\{)|"
                r"\[\[nodiscard\]\] auto (\w+)\(|inline constexpr [^=]*?(\w+)\{", line)
            if declared:
                names.add(next(name for name in declared.groups() if name))
    return names


def faults_of_versions():
    version = re.search(r'string_view version = "(.*)"', (include / "version.hpp").read_text())[1]
    numbers = re.findall(r"_(?:MAJOR|MINOR|PATCH) (\d+)", (include / "version.hpp").read_text())
    declare = re.findall(r" v(\d+_\d+_\d+)", (include / "detail" / "declare.hpp").read_text())
    found = {
        "the macros of version.hpp": ".".join(numbers),
        "detail/declare.hpp": ".".join(set(declare)).replace("_", "."),
        "meson.build": re.search(r"version: '(.*)'", (source / "meson.build").read_text())[1],
        "packaging/cmake/wandb-users-config-version.cmake": re.search(
            r"PACKAGE_VERSION ([\d.]+)\)", (source / "packaging" / "cmake" / "wandb-users-config-version.cmake").read_text())[1],
        "CHANGELOG.md": re.search(r"^## ([\d.]+)", (source / "CHANGELOG.md").read_text(), re.M)[1],
        "packaging/vcpkg/wandb-users/vcpkg.json": json.loads(
            (source / "packaging" / "vcpkg" / "wandb-users" / "vcpkg.json").read_text())["version"],
    }
    return [f"{where} has version {what}, and version.hpp {version}" for where, what in found.items() if what != version]


def faults_of_modules():
    faults = []
    for module, headers in MODULES.items():
        exported = set(re.findall(r"^using wandb::(?:graphql::)?(\w+);", (source / module).read_text(), re.M))
        declared = set().union(*(public_names((include / f"{header}.hpp").read_text()) for header in headers))
        faults += [f"{module} lacks {name}" for name in sorted(declared - exported - NOT_EXPORTED)]
    return faults


def faults_of_single_headers():
    make = subprocess.run([sys.executable, str(source / "single_include" / "make.py"), "--check"],
                          capture_output=True, text=True)
    return (make.stdout + make.stderr).splitlines()


def faults_of_wraps():
    faults = []
    for wrap in sorted((source / "subprojects").glob("*.wrap")):
        parsed = configparser.ConfigParser(interpolation=None)
        parsed.read(wrap)
        patch = parsed["wrap-file"].get("patch_directory")
        build = source / "subprojects" / "packagefiles" / str(patch) / "meson.build"
        if patch and not build.exists():
            faults.append(f"{wrap.name} names subprojects/packagefiles/{patch}, which has no meson.build")
        elif patch and not parsed["wrap-file"]["directory"].endswith(re.search(r"version: '(.*?)'", build.read_text())[1]):
            faults.append(f"{wrap.name} has another version than subprojects/packagefiles/{patch}")
        if not re.fullmatch(r"[0-9a-f]{64}", parsed["wrap-file"]["source_hash"]):
            faults.append(f"{wrap.name} has no SHA-256")
    return faults


def faults_of_port():
    port = json.loads((source / "packaging" / "vcpkg" / "wandb-users" / "vcpkg.json").read_text())
    core = {name for name in port["dependencies"] if isinstance(name, str)}
    beast = core | set(port["features"]["beast"]["dependencies"])
    faults = []
    for header in sorted(include.rglob("*.[hi]pp")):
        in_beast = header.relative_to(include).parts[0] in ("transport", "testing") or "beast" in header.name
        for library in re.findall(r"^#include <boost/(\w+)/", header.read_text(), re.M):
            if f"boost-{library}" not in (beast if in_beast else core):
                faults.append(f"vcpkg.json lacks boost-{library}, which {header.relative_to(include)} includes")
    return faults


checks = {
    "every file has the same version": faults_of_versions,
    "the modules export every public name": faults_of_modules,
    "the single headers are current": faults_of_single_headers,
    "each wrap has what it names": faults_of_wraps,
    "the vcpkg port has the libraries of Boost that the headers include": faults_of_port,
}
sys.exit(report((name, find()) for name, find in checks.items()))
