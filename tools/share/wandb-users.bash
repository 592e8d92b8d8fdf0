# bash completion for wandb-users
_wandb_users() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= count=0 word skip= i
    COMPREPLY=()
    case $previous in
    --format) COMPREPLY=($(compgen -W "table json jsonl csv" -- "$current")); return ;;
    --admin | --hide-teams | --private) COMPREPLY=($(compgen -W "true false" -- "$current")); return ;;
    --keys-dir) COMPREPLY=($(compgen -d -- "$current")); return ;;
    --ca-file | --output) COMPREPLY=($(compgen -f -- "$current")); return ;;
    --base-url | --concurrency | --default-entity | --description | --key-env | --limit | --name | --photo-url | --primary-email | --team | --timeout | --user-key-env) return ;;
    esac
    for ((i = 1; i < COMP_CWORD; ++i)); do
        word=${COMP_WORDS[i]}
        if [[ $skip ]]; then skip=; continue; fi
        case $word in
        --admin | --base-url | --ca-file | --concurrency | --default-entity | --description | --format | --hide-teams | --key-env | --keys-dir | --limit | --name | --output | --photo-url | --primary-email | --private | --team | --timeout | --user-key-env) skip=1 ;;
        -*) ;;
        *)
            case $command in
            "") command=$word ;;
            keys) command="keys $word" ;;
            *) ((++count)) ;;
            esac
            ;;
        esac
    done
    if [[ $current == -* ]]; then
        local options=""
        case $command in
        "list") options="--team --admins --deleted --limit" ;;
        "create") options="--admin --if-not-exists" ;;
        "update") options="--name --primary-email --default-entity --photo-url --admin --private --hide-teams" ;;
        "keys generate") options="--description --output --print-secret --user-key-env" ;;
        "keys delete") options="--key-env -y --yes" ;;
        "provision") options="--admin --keys-dir --concurrency --dry-run --output --force" ;;
        esac
        COMPREPLY=($(compgen -W "$options --help --version --base-url --ca-file --timeout --format --json --verbose --describe --allow-insecure-http" -- "$current"))
        return
    fi
    case "$command:$count" in
    :0) COMPREPLY=($(compgen -W "whoami show list create update set-admin remove restore teams keys provision" -- "$current")) ;;
    keys:0) COMPREPLY=($(compgen -W "list generate delete" -- "$current")) ;;
    "set-admin:1") COMPREPLY=($(compgen -W "true false" -- "$current")) ;;
    "provision:0") COMPREPLY=($(compgen -f -- "$current")) ;;
    esac
}
complete -F _wandb_users wandb-users
