#!/usr/bin/env python3
"""Checks that a header includes no header of a room above its own, and that no headers include each other in a circle.

    rooms.py INCLUDE_DIR

It prints a line for each room, and fails if a header breaks one of the rules. An include of `impl/` at the end of a
header does not count: it is how the header gets its definitions if they are compiled with each unit.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from results import report

# From the ground up. A name that ends in a slash is a folder; the first that fits a header is its room.
ROOMS = [
    ("text", ["detail/boost_version.hpp", "detail/declare.hpp", "detail/text/"]),
    ("words", ["version.hpp", "errc.hpp", "error.hpp", "result.hpp", "secret.hpp", "text.hpp", "headers.hpp", "retry.hpp",
               "retry_after.hpp", "setting.hpp", "stop_token.hpp", "environment.hpp", "identity_token.hpp"]),
    ("seam", ["transport.hpp", "check_transport.hpp", "options.hpp", "fwd.hpp", "transport/options.hpp"]),
    ("config", ["detail/config/", "proxy.hpp"]),
    ("answer", ["detail/answer/"]),
    ("graphql", ["graphql/"]),
    ("values", ["value.hpp", "keys.hpp", "attrs.hpp", "variables.hpp", "answer.hpp"]),
    ("call", ["detail/call/"]),
    ("user", ["detail/user/"]),
    ("describe", ["detail/describe/"]),
    ("flow", ["detail/flow/"]),
    ("client", ["client.hpp", "selection.hpp", "document.hpp", "any_transport.hpp"]),
    ("batch", ["detail/batch/"]),
    ("people", ["user.hpp", "selected_user.hpp", "users.hpp", "describe.hpp"]),
    ("api", ["api.hpp"]),
    ("many", ["for_each.hpp", "for_each_threaded.hpp"]),
    ("all", ["wandb.hpp", "format.hpp", "src.hpp", "boost_json_src.hpp"]),
    ("http", ["transport/detail/http/"]),
    ("net", ["transport/detail/net/"]),
    ("transports", ["transport/"]),
    ("testing", ["testing/"]),
]


def room_of(header):
    for rank, (_, names) in enumerate(ROOMS):
        if any(header == name or (name.endswith("/") and header.startswith(name)) for name in names):
            return rank
    return None


def circle(arrows):
    """The headers of a circle of includes, the first again at the end; none where there is no circle."""
    done, way = set(), []

    def visit(header):
        if header in way:
            return way[way.index(header):] + [header]
        if header in done:
            return []
        way.append(header)
        for target in arrows[header]:
            if found := visit(target):
                return found
        way.pop()
        done.add(header)
        return []

    for header in arrows:
        if found := visit(header):
            return found
    return []


def main(include):
    root = pathlib.Path(include) / "wandb"
    arrows = {}
    for path in sorted(root.rglob("*.hpp")):
        includes = re.findall(r"^#include <wandb/([^>]+)>", path.read_text(), re.M)
        arrows[path.relative_to(root).as_posix()] = [name for name in includes if not name.startswith("impl/")]
    faults = {name: [] for name, _ in ROOMS}
    strangers = [header for header in arrows if room_of(header) is None]
    for header, targets in arrows.items():
        rank = room_of(header)
        for target in targets:
            if target not in arrows:
                faults[ROOMS[rank][0]].append(f"{header} includes {target}, which is not there")
            elif rank is not None and (above := room_of(target)) is not None and above > rank:
                faults[ROOMS[rank][0]].append(f"{header} includes {target}, which is of the room above, {ROOMS[above][0]}")
    results = [(f"the arrows of {name} run down", lines) for name, lines in faults.items()]
    results.append(("every header is of a room", [f"{header} is of none" for header in strangers]))
    way = circle({header: [t for t in targets if t in arrows] for header, targets in arrows.items()})
    results.append(("no headers include each other in a circle", [" -> ".join(way)] if way else []))
    return report(results)


sys.exit(main(sys.argv[1]))
