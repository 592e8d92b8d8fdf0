# bash completion for wandb-users
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
            *':--base-url' | *':--ca-file' | *':--timeout' | *':--format' | 'list:--team' | 'list:--limit' | 'update:--name' | 'update:--primary-email' | 'update:--default-entity' | 'update:--photo-url' | 'update:--admin' | 'update:--private' | 'update:--hide-teams' | 'keys generate:--description' | 'keys generate:--output' | 'keys generate:--user-key-env' | 'keys delete:--key-env' | 'provision:--keys-dir' | 'provision:--concurrency' | 'provision:--output') option=$word; continue ;;
            *:--) only=1; continue ;;
            *:-*) continue ;;
            esac
        fi
        case $command in
        '') command=$word ;;
        keys) command="keys $word" ;;
        *) ((++count)) ;;
        esac
    done
    if [[ ! $option && ! $only && $current == --*=* ]]; then
        option=${current%%=*}
        current=${current#*=}
        if [[ $COMP_WORDBREAKS != *=* ]]; then prefix="$option="; fi
    fi
    if [[ $option ]]; then
        case $command:$option in
        *':--ca-file' | 'keys generate:--output' | 'provision:--output') compopt -o default 2>/dev/null ;;
        *':--format') COMPREPLY=($(compgen -W "table json jsonl csv" -P "$prefix" -- "$current")) ;;
        'update:--admin' | 'update:--private' | 'update:--hide-teams') COMPREPLY=($(compgen -W "true false" -P "$prefix" -- "$current")) ;;
        'provision:--keys-dir') compopt -o dirnames -o filenames 2>/dev/null ;;
        esac
    elif [[ ! $only && $current == -* ]]; then
        case $command in
        'list') option="--team --admins --deleted --limit" ;;
        'create') option="--admin --if-not-exists" ;;
        'update') option="--name --primary-email --default-entity --photo-url --admin --private --hide-teams" ;;
        'keys generate') option="--description --output --print-secret --user-key-env" ;;
        'keys delete') option="--key-env -y --yes" ;;
        'provision') option="--admin --keys-dir --concurrency --dry-run --output --force" ;;
        esac
        COMPREPLY=($(compgen -W "$option --help --version --base-url --ca-file --timeout --format --json --verbose --describe --allow-insecure-http" -- "$current"))
    else
        case $command:$count in
        :0) COMPREPLY=($(compgen -W "whoami show list create update set-admin remove restore teams keys provision" -- "$current")) ;;
        keys:0) COMPREPLY=($(compgen -W "list generate delete" -- "$current")) ;;
        'set-admin:1') COMPREPLY=($(compgen -W "true false" -P "$prefix" -- "$current")) ;;
        'provision:0') compopt -o default 2>/dev/null ;;
        esac
    fi
}
complete -F _wandb_users wandb-users
