# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# adopt-files: edits of files that can be taken back. Sourced by rudder-relay-adopt.
#
# Before a file is touched for the first time, a copy of it is on the disk in $STATE/files/NAME/: `path`, `before` (none
# if there was no such file) and `after`, what was put in its place. Each step may be repeated after a crash at any
# point: a file that was put already is put again, one that was taken back stays as it is. Without `after` the edit was
# under way, so what is there is ours. All paths are those of the site; $ROOT stands in front of them on the disk.
#
#     files_save PATH...           remembers the file as it is now, unless it is remembered already
#     files_put PATH MODE <TEXT    writes the file, whole or not at all; the owner stays
#     files_link PATH TARGET       makes a symbolic link
#     files_own PATH...            what is there now is ours (something else wrote it after files_save)
#     files_is_ours PATH           is it as we left it?
#     files_take_back PATH...      puts back what was there, if nobody else has changed the file since; says so if not
#     files_forget PATH            the record goes, the file stays

files_record() {
    printf '%s/files/%s' "$STATE" "$(printf '%s' "$1" | sed 's|%|%25|g; s|/|%2F|g')"
}

files_there() {
    [ -e "$1" ] || [ -L "$1" ]
}

# files_to_disk PATH...: a symbolic link, or what is not there, needs nothing.
files_to_disk() {
    for item; do
        [ -L "$item" ] || [ ! -e "$item" ] || sync "$item" || return
    done
}

files_save() {
    for path; do
        record=$(files_record "$path")
        [ ! -d "$record" ] || continue
        rm -rf "$record.new"
        mkdir -p "$record.new" && printf '%s\n' "$path" >"$record.new/path" || return
        ! files_there "$ROOT$path" || cp -a "$ROOT$path" "$record.new/before" || return
        files_to_disk "$record.new/path" "$record.new/before" && mv "$record.new" "$record" &&
            files_to_disk "$STATE/files" || return
    done
}

# files_replace FROM PATH: puts a copy of FROM there, with its owner and mode.
files_replace() {
    new=$ROOT$2.rudder-relay-new
    rm -rf "$new"
    cp -a "$1" "$new" && files_to_disk "$new" && mv -fT "$new" "$ROOT$2" && files_to_disk "$(dirname "$ROOT$2")"
}

# files_settle PATH: `after.new` of its record is what is to be there.
files_settle() {
    record=$(files_record "$1")
    files_to_disk "$record/after.new" && mv -fT "$record/after.new" "$record/after" && files_to_disk "$record" &&
        mkdir -p "$(dirname "$ROOT$1")" || return
    files_same "$record/after" "$ROOT$1" || files_replace "$record/after" "$1"
}

files_put() {
    files_save "$1" || return
    record=$(files_record "$1")
    rm -rf "$record/after.new"
    cat >"$record/after.new" && chmod "$2" "$record/after.new" || return
    [ ! -f "$record/before" ] || chown --reference="$record/before" "$record/after.new" || return
    files_settle "$1"
}

files_link() {
    files_save "$1" || return
    record=$(files_record "$1")
    ln -sfn "$2" "$record/after.new" && files_settle "$1"
}

files_own() {
    for path; do
        record=$(files_record "$path")
        rm -rf "$record/after.new"
        [ ! -e "$ROOT$path" ] || { cp -a "$ROOT$path" "$record/after.new" && files_to_disk "$record/after.new" &&
            mv -fT "$record/after.new" "$record/after" && files_to_disk "$record"; } || return
    done
}

# files_same A B: the same content, or the same target; or both are not there.
files_same() {
    if [ -L "$1" ] || [ -L "$2" ]; then
        [ "$(readlink "$1")" = "$(readlink "$2")" ]
    elif [ -e "$1" ] && [ -e "$2" ]; then
        cmp -s "$1" "$2"
    else
        ! files_there "$1" && ! files_there "$2"
    fi
}

files_is_ours() {
    record=$(files_record "$1")
    [ -d "$record" ] && files_same "$record/after" "$ROOT$1"
}

files_forget() {
    rm -rf "$(files_record "$1")"
}

files_take_back() {
    for path; do
        record=$(files_record "$path")
        if [ -d "$record" ]; then
            files_take_back_one "$path" "$record" || return
            rm -rf "$record"
        fi
    done
}
files_take_back_one() {
    if files_same "$2/before" "$ROOT$1"; then
        return
    elif files_there "$2/after" && ! files_is_ours "$1"; then
        files_show_change "$1" "$2/after"
    elif files_there "$2/before"; then
        files_replace "$2/before" "$1"
    else
        rm -f "$ROOT$1" && files_to_disk "$(dirname "$ROOT$1")"
    fi
}

# files_show_change PATH AFTER: somebody else has changed it. A file that not everybody may read is not shown.
files_show_change() {
    say "$1 was changed by somebody else since it was adopted; it stays as it is:"
    case $(stat -c %A "$2") in
    *r??) diff -u "$2" "$ROOT$1" | sed 's/^/    /' ;;
    *) say "    (not shown: it may hold secrets)" ;;
    esac
    return 0
}
