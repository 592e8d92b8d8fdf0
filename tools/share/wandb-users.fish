# fish completion for wandb-users
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
                case '*:--base-url' '*:--ca-file' '*:--timeout' '*:--format' 'list:--team' 'list:--limit' 'update:--name' 'update:--primary-email' 'update:--default-entity' 'update:--photo-url' 'update:--admin' 'update:--private' 'update:--hide-teams' 'keys generate:--description' 'keys generate:--output' 'keys generate:--user-key-env' 'keys delete:--key-env' 'provision:--keys-dir' 'provision:--concurrency' 'provision:--output'
                    set skip 1
                    continue
                case '*:--'
                    set only 1
                    continue
                case '*:-*'
                    continue
            end
        end
        switch "$command"
            case ''
                set command $word
            case keys
                set command "keys $word"
            case '*'
                set count (math $count + 1)
        end
    end
    echo "$command:$count"
end

complete -c wandb-users -f
complete -c wandb-users -s h -l help -d 'print this help'
complete -c wandb-users -l version -d 'print the version'
complete -c wandb-users -l base-url -x -d 'the server; else WANDB_BASE_URL, the settings files of wandb login, https://api.wandb.ai'
complete -c wandb-users -l ca-file -r -F -d 'certificate authorities to trust, PEM; else SSL_CERT_FILE, SSL_CERT_DIR, REQUESTS_CA_BUNDLE, the system\'s'
complete -c wandb-users -l timeout -x -d 'seconds for one request; else WANDB_HTTP_TIMEOUT, else 19'
complete -c wandb-users -l format -x -a 'table json jsonl csv' -d 'of the output: table, json (one text), jsonl (a text a line) or csv; else table, of provision csv'
complete -c wandb-users -l json -d 'like --format json, with list and provision like --format jsonl; errors too, on standard error'
complete -c wandb-users -l verbose -d 'print each request, how it ended, and each wait, without secrets'
complete -c wandb-users -l describe -d 'print all commands and options as JSON'
complete -c wandb-users -l allow-insecure-http -d 'send the key over plain http to another machine'
complete -c wandb-users -n 'test (__wandb_users_place) = ":0"' -a whoami -d 'the user whose credentials these are; with --verbose first the settings, and where each comes from'
complete -c wandb-users -n 'test (__wandb_users_place) = ":0"' -a show -d 'a user with teams and keys'
complete -c wandb-users -n 'test (__wandb_users_place) = ":0"' -a list -d 'users whose username or e-mail begins or ends with a text'
complete -c wandb-users -n 'test (__wandb_users_place) = ":0"' -a create -d 'make a user (needs an admin)'
complete -c wandb-users -n 'test (__wandb_users_place) = ":0"' -a update -d 'change a user\'s attributes'
complete -c wandb-users -n 'test (__wandb_users_place) = ":0"' -a set-admin -d 'make a user an admin of the instance, or no admin any more'
complete -c wandb-users -n 'test (__wandb_users_place) = ":0"' -a remove -d 'delete a user, which restore undoes'
complete -c wandb-users -n 'test (__wandb_users_place) = ":0"' -a restore -d 'restore a deleted user'
complete -c wandb-users -n 'test (__wandb_users_place) = ":0"' -a teams -d 'the teams of a user'
complete -c wandb-users -n 'test (__wandb_users_place) = ":0"' -a keys -d 'API keys'
complete -c wandb-users -n 'test (__wandb_users_place) = "keys:0"' -a list -d 'the keys of a user'
complete -c wandb-users -n 'test (__wandb_users_place) = "keys:0"' -a generate -d 'make a key'
complete -c wandb-users -n 'test (__wandb_users_place) = "keys:0"' -a delete -d 'delete a key'
complete -c wandb-users -n 'test (__wandb_users_place) = ":0"' -a provision -d 'make the users of a table that do not exist yet (needs an admin)'
complete -c wandb-users -n 'string match -q "list:*" (__wandb_users_place)' -l team -x -d 'else the members of this team'
complete -c wandb-users -n 'string match -q "list:*" (__wandb_users_place)' -l admins -d 'only admins of the instance'
complete -c wandb-users -n 'string match -q "list:*" (__wandb_users_place)' -l deleted -d 'only deleted users'
complete -c wandb-users -n 'string match -q "list:*" (__wandb_users_place)' -l limit -x -d 'how many at most'
complete -c wandb-users -n 'string match -q "create:*" (__wandb_users_place)' -l admin -d 'an admin of the instance'
complete -c wandb-users -n 'string match -q "create:*" (__wandb_users_place)' -l if-not-exists -d 'succeed if the user is there already, as requested'
complete -c wandb-users -n 'string match -q "update:*" (__wandb_users_place)' -l name -x -d 'the full name'
complete -c wandb-users -n 'string match -q "update:*" (__wandb_users_place)' -l primary-email -x -d 'the e-mail'
complete -c wandb-users -n 'string match -q "update:*" (__wandb_users_place)' -l default-entity -x -d 'the team or user that new runs belong to'
complete -c wandb-users -n 'string match -q "update:*" (__wandb_users_place)' -l photo-url -x -d 'the address of a picture'
complete -c wandb-users -n 'string match -q "update:*" (__wandb_users_place)' -l admin -x -a 'true false' -d 'whether the user is an admin of the instance'
complete -c wandb-users -n 'string match -q "update:*" (__wandb_users_place)' -l private -x -a 'true false' -d 'whether the profile is private'
complete -c wandb-users -n 'string match -q "update:*" (__wandb_users_place)' -l hide-teams -x -a 'true false' -d 'whether the public profile hides the teams'
complete -c wandb-users -n 'test (__wandb_users_place) = "set-admin:1"' -a 'true false'
complete -c wandb-users -n 'string match -q "keys generate:*" (__wandb_users_place)' -l description -x -d 'what the key is for'
complete -c wandb-users -n 'string match -q "keys generate:*" (__wandb_users_place)' -l output -r -F -d 'a new file for the secret, readable by you alone; - prints it'
complete -c wandb-users -n 'string match -q "keys generate:*" (__wandb_users_place)' -l print-secret -d 'print the secret'
complete -c wandb-users -n 'string match -q "keys generate:*" (__wandb_users_place)' -l user-key-env -x -d 'the environment variable that holds that user\'s own key'
complete -c wandb-users -n 'string match -q "keys delete:*" (__wandb_users_place)' -l key-env -x -d 'else the environment variable that holds the key itself'
complete -c wandb-users -n 'string match -q "keys delete:*" (__wandb_users_place)' -s y -l yes -d 'delete the key in use, or a user\'s last key, without asking'
complete -c wandb-users -n 'string match -q "provision:*" (__wandb_users_place)' -l admin -d 'everybody is an admin; the table then has no column admin'
complete -c wandb-users -n 'string match -q "provision:*" (__wandb_users_place)' -l keys-dir -r -a '(__fish_complete_directories)' -d 'the directory for the secrets of new keys, each in a file EMAIL.key that you alone can read'
complete -c wandb-users -n 'string match -q "provision:*" (__wandb_users_place)' -l concurrency -x -d 'how many at once'
complete -c wandb-users -n 'string match -q "provision:*" (__wandb_users_place)' -l dry-run -d 'look, say what would be done, and change nothing'
complete -c wandb-users -n 'string match -q "provision:*" (__wandb_users_place)' -l output -r -F -d 'the file for the results, else or with - standard output; written anew only over an earlier run\'s of the same people'
complete -c wandb-users -n 'string match -q "provision:*" (__wandb_users_place)' -l force -d 'write the results over whatever the file holds'
complete -c wandb-users -n 'test (__wandb_users_place) = "provision:0"' -F
