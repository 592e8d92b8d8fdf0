#!/usr/bin/env python3
"""manual.py TOOL DIRECTORY [--check]

Writes the man page and the completions of bash, zsh and fish into the directory, from what `TOOL --describe` prints.
With --check nothing is written: it fails if a file is not what would be written.
"""
import json
import pathlib
import subprocess
import sys

FILE_VALUES = {"FILE": "_files", "DIR": "_files -/"}


def commands(tree, path=()):
    """Every command that has no commands of its own, with the words that select it."""
    for command in tree["commands"]:
        words = (*path, command["name"])
        if command["commands"]:
            yield from commands(command, words)
        else:
            yield words, command


def own_options(command):
    return [option for option in command["options"] if "--help" not in option["names"]]


def value_of(option):
    return "|".join(option["choices"]) if "choices" in option else option["value"].lower() if option["value"] else ""


# The man page.

def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def roff_option(option):
    names = ", ".join(f"\\fB{roff(name)}\\fR" for name in option["names"])
    value = f" \\fI{roff(value_of(option))}\\fR" if option["value"] else ""
    return [".TP", names + value, roff(option["description"]) + "."]


def roff_command(words, command):
    usage = [f"\\fB{roff(' '.join(words))}\\fR"]
    if own_options(command):
        usage.append("[\\fIoptions\\fR]")
    for argument in command["arguments"]:
        name = f"\\fI{roff(argument['name'])}\\fR"
        usage.append(name if argument["required"] else f"[{name}]")
    lines = [".SS", " ".join(usage), roff(command["description"]) + "."]
    for argument in command["arguments"]:
        choices = ", ".join(argument.get("choices", []))
        lines += [".TP", f"\\fI{roff(argument['name'])}\\fR",
                  roff(argument["description"] + (f" ({choices})" if choices else "")) + "."]
    for option in own_options(command):
        lines += roff_option(option)
    if "footer" in command:
        lines += [".PP", roff(command["footer"])]
    return lines


def man(tree):
    name = tree["name"]
    lines = [f'.TH {name.upper()} 1 "" "{name} {tree["version"]}" "User Commands"', ".SH NAME",
             f"{roff(name)} \\- users of a Weights & Biases server, and their API keys", ".SH SYNOPSIS",
             f"\\fB{roff(name)}\\fR [\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]", ".SH DESCRIPTION",
             roff(tree["description"]), ".SH COMMANDS"]
    for words, command in commands(tree):
        lines += roff_command(words, command)
    lines += [".SH OPTIONS", "They may stand before or behind the command."]
    for option in tree["options"]:
        lines += roff_option(option)
    lines += [".SH EXIT STATUS AND JSON", roff(tree["footer"]).replace("\n", "\n.PP\n")]
    return "\n".join(lines) + "\n"


# bash

def bash(tree):
    shared = [name for option in tree["options"] for name in option["names"] if name.startswith("--")]
    values = {}
    for command in [tree, *(command for _, command in commands(tree))]:
        for option in command["options"]:
            if option["value"]:
                kind = f'-W "{" ".join(option["choices"])}"' if "choices" in option else {"FILE": "-f", "DIR": "-d"}.get(option["value"])
                for name in option["names"]:
                    values.setdefault(kind, set()).add(name)
    takes = sorted(name for names in values.values() for name in names)
    words = {" ".join(path): [name for option in own_options(command) for name in option["names"]] for path, command in commands(tree)}
    first = [command["name"] for command in tree["commands"]]
    groups = {command["name"]: [sub["name"] for sub in command["commands"]] for command in tree["commands"] if command["commands"]}
    arguments = {" ".join(path): [f'-W "{" ".join(argument["choices"])}"' if "choices" in argument else
                                  {"FILE": "-f"}.get(argument["value"], "") for argument in command["arguments"]]
                 for path, command in commands(tree)}
    lines = ["# bash completion for wandb-users", "_wandb_users() {",
             "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= count=0 word skip= i",
             "    COMPREPLY=()", "    case $previous in"]
    for kind, names in sorted(values.items(), key=lambda item: str(item[0])):
        reply = f'COMPREPLY=($(compgen {kind} -- "$current")); ' if kind else ""
        lines.append(f"    {' | '.join(sorted(names))}) {reply}return ;;")
    lines += ["    esac", "    for ((i = 1; i < COMP_CWORD; ++i)); do", "        word=${COMP_WORDS[i]}",
              "        if [[ $skip ]]; then skip=; continue; fi", "        case $word in",
              f"        {' | '.join(takes)}) skip=1 ;;", "        -*) ;;", "        *)", "            case $command in",
              '            "") command=$word ;;']
    lines += [f'            {group}) command="{group} $word" ;;' for group in groups]
    lines += ["            *) ((++count)) ;;", "            esac", "            ;;", "        esac", "    done",
              '    if [[ $current == -* ]]; then', '        local options=""', "        case $command in"]
    lines += [f'        "{path}") options="{" ".join(names)}" ;;' for path, names in words.items() if names]
    lines += ["        esac", f'        COMPREPLY=($(compgen -W "$options {" ".join(shared)}" -- "$current"))', "        return",
              "    fi", '    case "$command:$count" in', f'    :0) COMPREPLY=($(compgen -W "{" ".join(first)}" -- "$current")) ;;']
    lines += [f'    {group}:0) COMPREPLY=($(compgen -W "{" ".join(names)}" -- "$current")) ;;' for group, names in groups.items()]
    lines += [f'    "{path}:{place}") COMPREPLY=($(compgen {kind} -- "$current")) ;;'
              for path, kinds in arguments.items() for place, kind in enumerate(kinds) if kind]
    lines += ["    esac", "}", "complete -F _wandb_users wandb-users"]
    return "\n".join(lines) + "\n"


# zsh

def zsh_text(text):
    return text.replace("'", "'\\''").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def zsh_action(option):
    if "choices" in option:
        return f"({' '.join(option['choices'])})"
    return FILE_VALUES.get(option["value"], " ")


def zsh_option(option):
    value = f":{option['value'].lower()}:{zsh_action(option)}" if option["value"] else ""
    return [f"'{name}[{zsh_text(option['description'])}]{value}'" for name in option["names"]]


def zsh_specs(command, shared):
    specs = [spec for option in own_options(command) + shared for spec in zsh_option(option)]
    for place, argument in enumerate(command["arguments"], 1):
        specs.append(f"'{place}:{'' if argument['required'] else ':'}{zsh_text(argument['name'])}:{zsh_action(argument)}'")
    return " \\\n        ".join(specs)


def zsh_commands(tree, function, shared):
    """The function that completes the commands of a group, after the functions of these commands."""
    lines = []
    for command in tree["commands"]:
        name = f"{function}_{command['name'].replace('-', '_')}"
        if command["commands"]:
            lines += zsh_commands(command, name, shared)
        else:
            lines += [f"{name}() {{", f"    _arguments -s \\\n        {zsh_specs(command, shared)}", "}", ""]
    specs = " \\\n        ".join(spec for option in shared for spec in zsh_option(option))
    lines += [f"{function}() {{", "    local context state state_descr line", "    typeset -A opt_args",
              f"    _arguments -s -C \\\n        {specs} \\\n        '1:command:->command' '*::argument:->argument'",
              "    case $state in", "    command)", "        local -a names=("]
    lines += [f"            '{command['name']}:{zsh_text(command['description'])}'" for command in tree["commands"]]
    lines += ["        )", "        _describe command names", "        ;;", "    argument)", "        case ${line[1]} in"]
    lines += [f"        {command['name']}) {function}_{command['name'].replace('-', '_')} ;;" for command in tree["commands"]]
    lines += ["        esac", "        ;;", "    esac", "}", ""]
    return lines


def zsh(tree):
    lines = ["#compdef wandb-users", ""] + zsh_commands(tree, "_wandb_users", tree["options"])
    return "\n".join([*lines, '_wandb_users "$@"']) + "\n"


# fish

def fish_text(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_option(option, condition):
    names = " ".join(("-l " + name[2:]) if name.startswith("--") else ("-s " + name[1:]) for name in option["names"])
    value = ""
    if option["value"]:
        value = " -r" if option["value"] in FILE_VALUES else " -x"
        value += f" -a {fish_text(' '.join(option['choices']))}" if "choices" in option else ""
    return f"complete -c wandb-users {condition}{names}{value} -d {fish_text(option['description'])}"


def fish(tree):
    names = [command["name"] for command in tree["commands"]]
    lines = ["# fish completion for wandb-users", "complete -c wandb-users -f"]
    lines += [fish_option(option, "") for option in tree["options"]]
    none = fish_text(f"not __fish_seen_subcommand_from {' '.join(names)}")
    for command in tree["commands"]:
        lines.append(f"complete -c wandb-users -n {none} -a {command['name']} -d {fish_text(command['description'])}")
        subs = [sub["name"] for sub in command["commands"]]
        for sub in command["commands"]:
            seen = fish_text(f"__fish_seen_subcommand_from {command['name']}; and not __fish_seen_subcommand_from {' '.join(subs)}")
            lines.append(f"complete -c wandb-users -n {seen} -a {sub['name']} -d {fish_text(sub['description'])}")
    for path, command in commands(tree):
        seen = "; and ".join(f"__fish_seen_subcommand_from {word}" for word in path)
        # `list` is a command, and a command of `keys` too.
        others = [group["name"] for group in tree["commands"] if len(path) == 1 and path[0] in [sub["name"] for sub in group["commands"]]]
        seen += "".join(f"; and not __fish_seen_subcommand_from {other}" for other in others)
        condition = f"-n {fish_text(seen)} "
        lines += [fish_option(option, condition) for option in own_options(command)]
        for argument in command["arguments"]:
            if "choices" in argument:
                lines.append(f"complete -c wandb-users {condition}-a {fish_text(' '.join(argument['choices']))}")
            elif argument["value"] == "FILE":
                lines.append(f"complete -c wandb-users {condition}-F")
    return "\n".join(lines) + "\n"


def main(tool, directory, check=False):
    tree = json.loads(subprocess.run([tool, "--describe"], stdout=subprocess.PIPE, check=True, text=True).stdout)
    stale = []
    for name, make in {"wandb-users.1": man, "wandb-users.bash": bash, "_wandb-users": zsh, "wandb-users.fish": fish}.items():
        path, text = pathlib.Path(directory, name), make(tree)
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(name)
    for name in stale:
        print(f"{name} is not current: run tools/manual.py TOOL {directory}")
    print(f"{4 - len(stale)} passed, {len(stale)} failed")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], "--check" in sys.argv[3:]))
