# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# agent-policies: fetches this node's policies, and switches to them when they are whole. In $conf_policies:
#     current              a symbolic link to the policies in force: versions/NAME. It changes by rename, so that at any
#                          moment it leads to the old or to the new ones, and both are whole
#     previous             the same for those before
#     versions/NAME        policies as they came; NAME.etag is what the server calls them
#     work.PID             of the process that fetches
#     lock                 a symbolic link that leads nowhere: its target is the pid of that process
# Everything but current and previous, and what they lead to, may be removed at any time.

policies_max_bytes=1073741824

agent_fetch_policies() {
    policies_open || return 1
    policies_ask
    case $upload_status in
    200) policies_check && policies_switch ;;
    304)
        [ -n "$policies_etag" ] || {
            say "the server answered 304 though it was not asked whether the policies changed"
            return 1
        }
        ;;
    *)
        policies_explain
        return 1
        ;;
    esac
}

# ---- the directory ----

policies_open() {
    (umask 077 && mkdir -p "$conf_policies/versions") || {
        say "the directory $conf_policies cannot be made or used by $(id -un)"
        return 1
    }
    # the place itself, without symbolic links, is what the links in the policies are compared with
    policies_directory=$(cd -P -- "$conf_policies" && pwd -P) || return
    policies_lock || return
    policies_sweep
    policies_work=$policies_directory/work.$$
    mkdir "$policies_work" "$policies_work/new" || return
}

# A link is made with its content in one step, and is not made where one is: that makes it a lock.
policies_lock() {
    if ! ln -s $$ "$policies_directory/lock" 2>/dev/null; then
        holder=$(readlink "$policies_directory/lock")
        case $holder in
        '' | *[!0-9]*) ;; # gone just now, or not ours
        *)
            # put aside rather than removed: only one process can, and it looks at what it got
            if ! agent_lives "$holder" &&
                mv "$policies_directory/lock" "$policies_directory/lock.$$" 2>/dev/null; then
                taken=$(readlink "$policies_directory/lock.$$")
                rm -f "$policies_directory/lock.$$"
                [ "$taken" = "$holder" ] || ln -s "$taken" "$policies_directory/lock" 2>/dev/null
            fi
            ;;
        esac
        ln -s $$ "$policies_directory/lock" 2>/dev/null || {
            say "another process (pid $(readlink "$policies_directory/lock")) fetches policies to $conf_policies"
            return 1
        }
    fi
    policies_locked=yes
}

# What fetches that were killed have left.
policies_sweep() {
    for directory in "$policies_directory"/work.*; do
        [ ! -e "$directory" ] || agent_lives "${directory##*.}" || rm -rf "$directory"
    done
    policies_now=$(readlink "$policies_directory/current")
    policies_before=$(readlink "$policies_directory/previous")
    for directory in "$policies_directory/versions"/*; do
        case versions/${directory##*/} in
        "$policies_now" | "$policies_before" | "$policies_now.etag" | "$policies_before.etag") ;;
        *) rm -rf "$directory" ;;
        esac
    done
}

policies_clean_up() {
    [ -z "${policies_work:-}" ] || rm -rf "$policies_work"
    [ -z "${policies_locked:-}" ] || rm -f "$policies_directory/lock"
    policies_work='' policies_locked=''
}

# ---- the server ----

# policies_ask: sets $upload_status and, for what is no archive, $upload_answer.
policies_ask() {
    policies_etag=
    etag_file=$policies_directory/$policies_now.etag
    if [ "$force" = no ] && [ -s "$policies_directory/current/promises.cf" ] && [ -r "$etag_file" ]; then
        IFS= read -r policies_etag <"$etag_file" || [ -n "$policies_etag" ] || policies_etag=
    fi
    upload_status=$(policies_options | upload_curl) || upload_status=
    upload_answer=${upload_status#* }
    upload_status=${upload_status%% *}
    case $upload_status in
    200 | 304) ;;
    *)
        # what httpd or the program says of it
        [ ! -s "$policies_work/archive" ] ||
            upload_answer="${upload_answer:+$upload_answer }$(head -c 4096 "$policies_work/archive" | upload_one_line)"
        ;;
    esac
}

# The node's certificate is what counts here, whatever else the configuration says of logging in.
policies_options() {
    upload_options_for "policies/$conf_node_id/rules/cfengine-community.tar.gz"
    upload_option max-filesize "$policies_max_bytes"
    upload_option output "$policies_work/archive"
    upload_option dump-header "$policies_work/headers"
    [ -z "$policies_etag" ] || upload_option header "If-None-Match: $policies_etag"
    upload_option_certificate
}

policies_explain() {
    case $upload_status in
    404) upload_reason="$conf_server:$conf_port has no policies for this node (404): $upload_answer" ;;
    *) upload_explain ;;
    esac
    say "no policies fetched: $upload_reason"
}

# policies_header PATTERN
policies_header() {
    upload_header "$policies_work/headers" "$1"
}

# ---- the archive ----

policies_check() {
    policies_check_digest && policies_check_members && policies_unpack && policies_check_links
}

policies_bad() {
    say "the policies that came are not used: $1"
    return 1
}

policies_check_digest() {
    wanted=$(policies_header '[Rr][Ee][Pp][Rr]-[Dd][Ii][Gg][Ee][Ss][Tt]')
    case $wanted in
    *sha-256=:*:*) ;;
    *) policies_bad "the server tells no SHA-256 of them" || return ;;
    esac
    wanted=${wanted#*sha-256=:} wanted=${wanted%%:*}
    [ "$(openssl dgst -sha256 -binary "$policies_work/archive" | openssl base64 -A)" = "$wanted" ] ||
        policies_bad "their SHA-256 is not what the server said" || return
    gzip -t "$policies_work/archive" 2>/dev/null || policies_bad "the archive is damaged"
}

# Before anything is unpacked: nothing but files, directories and symbolic links, under names that lead into the
# directory.
policies_check_members() (
    LC_ALL=C
    export LC_ALL
    cd "$policies_work" && gzip -dc archive >archive.tar && rm -f archive && tar -tf archive.tar >names 2>tar-says &&
        tar -tvf archive.tar >members 2>>tar-says ||
        policies_bad "the archive cannot be read: $(upload_one_line <tar-says)" || return
    # tar takes such names for others and says so
    if [ -s tar-says ] || grep -q -e '^/' -e '^\.\./' -e '/\.\./' -e '/\.\.$' -e '^\.\.$' names; then
        policies_bad "a name in the archive leads outside"
    elif grep -q -v '^[dl-]' members || grep -q -e '^-.* -> ' -e '^d.* -> ' members; then
        policies_bad "there is something other than files, directories and symbolic links in the archive"
    elif grep -q '^l.* -> /' members; then
        policies_bad "a symbolic link in the archive leads outside"
    fi
)

# The times are ours, as those of a copy: cf-agent validates policies again that are newer than the last validation.
policies_unpack() {
    (umask 022 && cd "$policies_work/new" && tar -xmof ../archive.tar 2>../tar-says) ||
        policies_bad "the archive cannot be unpacked: $(upload_one_line <"$policies_work/tar-says")" || return
    [ -s "$policies_work/new/promises.cf" ] || policies_bad "there is no promises.cf in them"
}

# Where each link really leads, now that everything is there.
policies_check_links() {
    find "$policies_work/new" -type l >"$policies_work/links" || return
    while IFS= read -r link; do
        if [ -d "$link" ]; then
            place=$link
        else
            place=${link%/*}/$(dirname -- "$(readlink "$link")")
        fi
        place=$(cd -P -- "$place" 2>/dev/null && pwd -P)
        case $place/ in
        "$policies_work/new"/*) ;;
        *) policies_bad "the symbolic link ${link#"$policies_work/new/"} leads outside" || return ;;
        esac
    done <"$policies_work/links"
}

# ---- the switch ----

# policies_link NAME TARGET: the link changes at once. It is made elsewhere and moved into the directory: `mv new
# current` would move it into the directory that current leads to, and -T is not everywhere.
policies_link() {
    ln -s "$2" "$policies_work/$1" && mv -f "$policies_work/$1" "$policies_directory/" &&
        [ "$(readlink "$policies_directory/$1")" = "$2" ]
}

policies_switch() {
    name=$(date -u +%Y-%m-%dT%H:%M:%SZ).$$
    policies_header '[Ee][Tt][Aa][Gg]' >"$policies_directory/versions/$name.etag" &&
        mv "$policies_work/new" "$policies_directory/versions/$name" && policies_to_disk || {
        say "the new policies could not be put into $policies_directory/versions"
        return 1
    }
    [ -z "$policies_now" ] || policies_link previous "$policies_now" || {
        say "$policies_directory/previous is in the way"
        return 1
    }
    policies_link current "versions/$name" || {
        say "$policies_directory/current is in the way: it must be a symbolic link, or not there"
        return 1
    }
    echo "new policies in $conf_policies/current"
    policies_sweep
}

# The files of that file system, where sync knows how; else all.
policies_to_disk() {
    sync -f "$policies_directory" 2>/dev/null || sync
}
