# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# agent-shared-files: shares a file with another node through the policy servers, and fetches one that another node
# shared with this one. What travels is the metadata that sign_metadata makes, an empty line, and the file.

shared_max_metadata=16384

# ---- sharing ----

agent_share_file() {
    target=$1 file=$2 file_id=${3:-${2##*/}}
    shared_is_id "$target" && shared_is_id "$file_id" || return 2
    case $ttl in
    '' | *[!A-Za-z0-9\ +]*) say "no time to live: $ttl" && return 2 ;;
    esac
    [ -f "$file" ] && [ -r "$file" ] || {
        say "$file is no file that can be read"
        return 2
    }
    scratch_directory && shared_pack || return 1
    shared_path=$target/$conf_node_id/$file_id
    [ "$force" = no ] && shared_is_there && return
    shared_ask "$shared_path?ttl=$(printf '%s' "$ttl" | sed 's/  */+/g')" upload-file "$scratch/body"
    case $upload_status in
    200) ;;
    *) shared_failed "$file was not shared with $target" ;;
    esac
}

# What is signed is what is sent: one copy of it is taken first, since it may be written anew meanwhile.
shared_pack() {
    cat "$file" >"$scratch/file" && sign_metadata "$scratch/file" >"$scratch/metadata" &&
        { cat "$scratch/metadata" && echo && cat "$scratch/file"; } >"$scratch/body" && rm -f "$scratch/file" || {
        say "$file could not be prepared"
        return 1
    }
}

shared_is_there() {
    shared_ask "$shared_path?hash=$sign_hash" head
    case $upload_status in
    200) return 0 ;;
    404) return 1 ;;
    esac
    # the server may take it all the same
    say "it is not known whether the file is there already: $upload_status $upload_answer"
    return 1
}

# ---- fetching ----

agent_fetch_file() {
    source_id=$1 file_id=$2 destination=$3
    shared_is_id "$source_id" && shared_is_id "$file_id" || return 2
    case $key_hash in
    sha256:????????????????????????????????????????????????????????????????) ;;
    '')
        [ $any_key = yes ] || {
            say "which key must $file_id be signed with? -k says it: key-hash of $source_id in the node list." \
                "-a takes any that the policy server took"
            return 2
        }
        ;;
    *) say "no hash of a key: $key_hash (sha256:<64 hexadecimal digits>)" && return 2 ;;
    esac
    [ ! -d "$destination" ] || {
        say "$destination is a directory"
        return 2
    }
    scratch_directory || return 1
    shared_etags=
    [ ! -f "$destination" ] ||
        shared_etags="\"$(shared_hash sha512 <"$destination")\", \"$(shared_hash sha256 <"$destination")\""
    [ "$force" = no ] || shared_etags=
    shared_ask "$conf_node_id/$source_id/$file_id" output "$scratch/answer"
    case $upload_status in
    200) shared_unpack && shared_verify && shared_put ;;
    304) ;;
    *) shared_failed "$file_id of $source_id was not fetched" ;;
    esac
}

shared_bad() {
    say "$file_id of $source_id is not used: $1"
    return 1
}

shared_unpack() {
    head -c $shared_max_metadata "$scratch/answer" | LC_ALL=C sed '/^$/q' >"$scratch/metadata" &&
        shared_size=$(wc -c <"$scratch/metadata") && [ -z "$(tail -n 1 "$scratch/metadata")" ] &&
        tail -c "+$((shared_size + 1))" "$scratch/answer" >"$scratch/file" && rm -f "$scratch/answer" ||
        shared_bad "what came is not metadata and a file"
}

# shared_field KEY: its value in the metadata; nothing unless it is there once.
shared_field() {
    sed -n "s/^$1=//p" "$scratch/metadata" | awk '{ value = $0 } END { if (NR == 1) print value }'
}

# The hash, the signature by the key in the metadata, and whose key that is, as far as we were told.
shared_verify() {
    algorithm=$(shared_field algorithm)
    case $algorithm in
    sha256 | sha512) ;;
    *) shared_bad "its algorithm is neither sha256 nor sha512" || return ;;
    esac
    [ "$(shared_hash "$algorithm" <"$scratch/file")" = "$(shared_field hash_value | tr A-F a-f)" ] ||
        shared_bad "its hash is another than the metadata says" || return
    { echo "-----BEGIN RSA PUBLIC KEY-----" && shared_field short_pubkey | fold -w 64 &&
        echo "-----END RSA PUBLIC KEY-----"; } |
        openssl rsa -RSAPublicKey_in -pubout -out "$scratch/public" 2>/dev/null ||
        shared_bad "the key in the metadata is none" || return
    shared_field digest | shared_unhex >"$scratch/signature"
    openssl dgst "-$algorithm" -verify "$scratch/public" -signature "$scratch/signature" "$scratch/file" \
        >/dev/null 2>&1 ||
        shared_bad "its signature is wrong" || return
    [ -z "$key_hash" ] || [ "sha256:$(openssl pkey -pubin -in "$scratch/public" -outform DER | shared_hash sha256)" = \
        "$(printf '%s' "$key_hash" | tr A-F a-f)" ] || shared_bad "it is signed with another key than the one asked for"
}

# In one step: whoever opens the destination finds the old file or the new one. mktemp makes a file of its own, and
# follows no link that somebody has put there.
shared_put() {
    shared_new=$(mktemp "$destination.XXXXXX") && cat "$scratch/file" >"$shared_new" &&
        (umask "$caller_umask" && chmod "=rw" "$shared_new") && to_disk "$shared_new" &&
        mv -f "$shared_new" "$destination" || {
        say "$destination could not be written"
        return 1
    }
    shared_new=
}

# ---- what both need ----

shared_is_id() {
    case $1 in
    '' | . | .. | *[!A-Za-z0-9._-]* | *.[Mm][Ee][Tt][Aa][Dd][Aa][Tt][Aa])
        say "\"$1\" is no id (letters, digits and . _ -, not ending in .metadata)"
        return 1
        ;;
    esac
}

# shared_hash ALGORITHM <BYTES: in lower-case hexadecimal.
shared_hash() {
    openssl dgst "-$1" -binary | od -An -v -tx1 | tr -d ' \n'
}

# In octal, since that is what every printf knows.
shared_unhex() {
    # shellcheck disable=SC2059 # the escapes are the point
    printf "$(awk '{
        digits = "0123456789abcdef"
        $0 = tolower($0)
        for (i = 1; i < length($0); i += 2)
            printf "\\%03o", (index(digits, substr($0, i, 1)) - 1) * 16 + index(digits, substr($0, i + 1, 1)) - 1
    }')"
}

# shared_ask PATH-AND-QUERY head|upload-file|output [FILE]: sets $upload_status and $upload_answer.
shared_ask() {
    upload_status=$(shared_options "$@" | upload_curl) || upload_status=
    upload_answer=${upload_status#* }
    upload_status=${upload_status%% *}
}

shared_options() {
    upload_options_for "rudder/relay-api/shared-files/$1"
    case $2 in
    head)
        echo head
        upload_option output /dev/null
        ;;
    upload-file) upload_option upload-file "$3" ;;
    output)
        upload_option output "$3"
        upload_option_certificate
        [ -z "$shared_etags" ] || upload_option header "If-None-Match: $shared_etags"
        ;;
    esac
}

# shared_failed WHAT: says so, and why.
shared_failed() {
    [ ! -s "$scratch/answer" ] ||
        upload_answer="${upload_answer:+$upload_answer }$(head -c 4096 "$scratch/answer" | upload_one_line)"
    case $upload_status in
    [1-9][0-9][0-9]) say "$1: $conf_server:$conf_port answered $upload_status: $upload_answer" ;;
    *) upload_explain && say "$1: $upload_reason" ;;
    esac
    return 1
}
