# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# page: a page of docs/ is walked, command by command, in the Debian of lab/systemd.sh. What is run is taken from the
# page, so that the test fails when the page changes; in the end no command of the page is left that was not run. A
# command is what stands between backticks and begins like one, a block what is indented by four blanks. Sourced after
# systemd.sh.
#
#     page_open FILE
#     page_do NAME COMMAND [SED]       a check: the command ends well. SED, a script for sed, puts in what the page
#                                      leaves open; it may add what the reader types or looks at
#     page_block NAME LINE [SED]       the same for the block with that line
#     page_text LINE                   prints the block with that line, which counts as walked
#     page_files LINE [SED]            writes the files of that block: each begins with a comment that is its path
#     page_elsewhere COMMAND FILE TEXT
#                                      a check: another test, FILE, walks it; TEXT is in it
#     page_aside COMMAND WHY           it cannot be walked
#     page_left                        prints what is left
#
# PAGE_ENV is an array of variables that the commands have.
PAGE_ENV=()
PAGE_COMMANDS='sudo|systemctl|systemd-[a-z]+|rudder-relay(-agent|-httpd-conf)?|rudder|a2enmod|apachectl|journalctl|curl'
PAGE_COMMANDS="$PAGE_COMMANDS|semanage|ausearch|ssh|visudo|mount|mkdir|export|cf-agent|make|\./[a-z]+|kill|apply"
PAGE_COMMANDS="$PAGE_COMMANDS|check-config|replay|disable|fetch-file"

# Afterwards $LAB/page/commands has a command a line, and $LAB/page/1, 2 and so on are the blocks.
page_open() {
    mkdir "$LAB/page" && : >"$LAB/page/walked" &&
        awk -v directory="$LAB/page" '
            /^    / {
                if (!inside) { file = directory "/" ++number; match($0, /^ */); indent = RLENGTH }
                if (inside && blank) { print "" >file }
                print substr($0, indent + 1) >file
                inside = 1; blank = 0
                next
            }
            /^$/ { blank = 1; next }
            { inside = 0; blank = 0 }' "$1" &&
        grep -v '^    ' "$1" | tr -s ' \n' ' ' | grep -o '`[^`]*`' | tr -d '`' | grep -E "^($PAGE_COMMANDS) " |
        LC_ALL=C sort -u >"$LAB/page/commands"
}

page_walked() {
    printf '%s\n' "$1" >>"$LAB/page/walked"
}
page_has() {
    grep -qxF -e "$1" "$LAB/page/commands" || { echo "the page has no: $1" && return 1; }
}
page_run() { # TEXT [SED]
    inside env ${PAGE_ENV[@]+"${PAGE_ENV[@]}"} bash -euo pipefail -c "$(sed -e "${2:-}" <<<"$1")"
}
page_run_command() {
    page_has "$1" && page_run "$@"
}

page_do() {
    page_walked "$2"
    check "$1" page_run_command "${@:2}"
}
page_block() {
    local text
    text=$(page_text "$2") || text="echo 'the page has no such block'; false"
    check "$1" page_run "$text" "${3:-}"
}

page_text() {
    local file
    file=$(grep -lF -e "$1" "$LAB"/page/[0-9]* | head -n 1) && page_walked "block $(basename "$file")" && cat "$file"
}
page_files() {
    page_text "$1" | sed -e "${2:-}" | awk -v root="$LAB/debian" '
        /^# \// { file = root $2; next }
        { print >file }'
}

page_elsewhere() {
    page_walked "$1"
    check "$1: ${2##*/}" grep -qF -e "$3" "$2"
}
page_aside() {
    page_walked "$1"
    echo "# not walked: $1: $2"
}

page_left() {
    local file
    grep -vxF -f "$LAB/page/walked" "$LAB/page/commands"
    for file in "$LAB"/page/[0-9]*; do
        grep -qxF "block $(basename "$file")" "$LAB/page/walked" || echo "block: $(head -n 1 "$file")"
    done
}
