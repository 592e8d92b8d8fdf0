#!/usr/bin/env python3
"""manual.py TOOL DIRECTORY [--check]

Writes the man page and the completions of bash, zsh and fish into the directory, from what `TOOL --describe` prints.
With --check nothing is written: it fails if a file is not what would be written.
"""
import json
import pathlib
import subprocess
import sys

FILE_VALUES = {"FILE": "_files", "DIR": "_path_files -/"}


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


# What bash and fish have in common: both walk through the words before the cursor.

def names_with_values(tree):
    """Each option that takes a value, with the patterns `COMMAND:NAME` of its names. Every command takes the tree's own."""
    for path, command in [("*", tree), *((" ".join(path), command) for path, command in commands(tree))]:
        for option in own_options(command):
            if option["value"]:
                yield option, [f"{path}:{name}" for name in option["names"]]


def groups(tree):
    return {command["name"]: [sub["name"] for sub in command["commands"]] for command in tree["commands"] if command["commands"]}


def pattern(text):
    """A pattern of a shell's `case` for a text in which only a `*` at the beginning is special."""
    return "*" + f"'{text[1:]}'" if text.startswith("*") else f"'{text}'"


# bash

BASH_HEAD = """# bash completion for wandb-users
_wandb_users() {
    local line=$COMP_LINE current word option='' prefix='' command='' count=0 only='' last=-1 i
    local -a words=()
    COMPREPLY=()
    # bash has split the line at COMP_WORDBREAKS too, such as the = of --format=json and the @ of an address.
    for ((i = 0; i <= COMP_CWORD; ++i)); do
        if [[ $i == 0 || $line == [[:blank:]]* ]]; then words[++last]=; fi
        line=${line#"${line%%[![:blank:]]*}"}
        words[last]+=${COMP_WORDS[i]}
        line=${line#"${COMP_WORDS[i]}"}
    done
    current=${words[last]}
    for ((i = 1; i < last; ++i)); do
        word=${words[i]}
        if [[ $option ]]; then option=; continue; fi
        if [[ ! $only ]]; then
            case $command:$word in
"""


def bash_reply(option):
    """The command that completes $current as the value of an option or an argument; empty if nothing is known."""
    if "choices" in option:
        return f'COMPREPLY=($(compgen -W "{" ".join(option["choices"])}" -P "$prefix" -- "$current"))'
    # bash itself completes the names of files best: with blanks, quotes and the home directory.
    return {"FILE": "compopt -o default 2>/dev/null", "DIR": "compopt -o dirnames -o filenames 2>/dev/null"}.get(option["value"], "")


def bash(tree):
    shared = " ".join(name for option in tree["options"] for name in option["names"] if name.startswith("--"))
    valued = list(names_with_values(tree))
    takes = " | ".join(pattern(name) for _, names in valued for name in names)
    lines = [BASH_HEAD + f"            {takes}) option=$word; continue ;;", "            *:--) only=1; continue ;;",
             "            *:-*) continue ;;", "            esac", "        fi", "        case $command in", "        '') command=$word ;;"]
    lines += [f'        {group}) command="{group} $word" ;;' for group in groups(tree)]
    lines += ["        *) ((++count)) ;;", "        esac", "    done", "    if [[ ! $option && ! $only && $current == --*=* ]]; then",
              "        option=${current%%=*}", "        current=${current#*=}",
              '        if [[ $COMP_WORDBREAKS != *=* ]]; then prefix="$option="; fi', "    fi", "    if [[ $option ]]; then",
              "        case $command:$option in"]
    replies = {}
    for option, names in valued:
        replies.setdefault(bash_reply(option), []).extend(names)
    lines += [f"        {' | '.join(pattern(name) for name in names)}) {reply} ;;" for reply, names in replies.items() if reply]
    lines += ["        esac", "    elif [[ ! $only && $current == -* ]]; then", "        case $command in"]
    for path, command in commands(tree):
        names = " ".join(name for option in own_options(command) for name in option["names"])
        lines += [f"""        '{" ".join(path)}') option="{names}" ;;"""] if names else []
    lines += ["        esac", f'        COMPREPLY=($(compgen -W "$option {shared}" -- "$current"))', "    else",
              "        case $command:$count in",
              f"""        :0) COMPREPLY=($(compgen -W "{' '.join(command['name'] for command in tree['commands'])}" -- "$current")) ;;"""]
    lines += [f'        {group}:0) COMPREPLY=($(compgen -W "{" ".join(names)}" -- "$current")) ;;' for group, names in groups(tree).items()]
    for path, command in commands(tree):
        lines += [f"        '{' '.join(path)}:{place}') {bash_reply(argument)} ;;"
                  for place, argument in enumerate(command["arguments"]) if bash_reply(argument)]
    lines += ["        esac", "    fi", "}", "complete -F _wandb_users wandb-users"]
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
    # The value of a long option may also follow an equals sign.
    return [f"'{name}{'=' if value and name.startswith('--') else ''}[{zsh_text(option['description'])}]{value}'"
            for name in option["names"]]


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
        value += {"FILE": " -F", "DIR": " -a '(__fish_complete_directories)'"}.get(option["value"], "")
        value += f" -a {fish_text(' '.join(option['choices']))}" if "choices" in option else ""
    return f"complete -c wandb-users {condition}{names}{value} -d {fish_text(option['description'])}"


FISH_HEAD = """# fish completion for wandb-users
# Prints the command that the words before the cursor select, and how many arguments it has so far: `set-admin:1`.
function __wandb_users_place
    set -l words (commandline -opc)
    set -e words[1]
    set -l command ''
    set -l count 0
    set -l skip ''
    set -l only ''
    for word in $words
        if test -n "$skip"
            set skip ''
            continue
        end
        if test -z "$only"
            switch "$command:$word"
"""


def fish(tree):
    takes = " ".join(f"'{name}'" for _, names in names_with_values(tree) for name in names)
    lines = [FISH_HEAD + f"                case {takes}", "                    set skip 1", "                    continue",
             "                case '*:--'", "                    set only 1", "                    continue",
             "                case '*:-*'", "                    continue", "            end", "        end",
             '        switch "$command"', "            case ''", "                set command $word"]
    for group in groups(tree):
        lines += [f"            case {group}", f'                set command "{group} $word"']
    lines += ["            case '*'", "                set count (math $count + 1)", "        end", "    end",
              '    echo "$command:$count"', "end", "", "complete -c wandb-users -f"]
    lines += [fish_option(option, "") for option in tree["options"]]

    def at(place):
        return "-n " + fish_text(f'test (__wandb_users_place) = "{place}"') + " "

    for command in tree["commands"]:
        lines.append(f"complete -c wandb-users {at(':0')}-a {command['name']} -d {fish_text(command['description'])}")
        for sub in command["commands"]:
            lines.append(f"complete -c wandb-users {at(command['name'] + ':0')}-a {sub['name']} -d {fish_text(sub['description'])}")
    for path, command in commands(tree):
        name = " ".join(path)
        condition = "-n " + fish_text(f'string match -q "{name}:*" (__wandb_users_place)') + " "
        lines += [fish_option(option, condition) for option in own_options(command)]
        for place, argument in enumerate(command["arguments"]):
            if "choices" in argument:
                lines.append(f"complete -c wandb-users {at(f'{name}:{place}')}-a {fish_text(' '.join(argument['choices']))}")
            elif argument["value"] == "FILE":
                lines.append(f"complete -c wandb-users {at(f'{name}:{place}')}-F")
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
