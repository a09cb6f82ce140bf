# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# adopt-steps: what adopting does, and how it is undone. Sourced by rudder-relay-adopt.
#
# Every function may be called again, whatever was done of it already.

# ---- users ----

# The spool and the shared files belong to group rudder. No owner or mode of the site's directories is touched.
join_groups() {
    live systemd-sysusers rudder-relay.conf && live systemd-tmpfiles --create rudder-relay.conf || return
    for user in $OURS; do
        if is_live && ! id -nG "$user" | grep -qw rudder; then
            printf '%s rudder\n' "$user" >>"$STATE/groups"
            files_to_disk "$STATE/groups"
            usermod -a -G rudder "$user" || return
        fi
    done
}
leave_groups() {
    [ -e "$STATE/groups" ] || return 0
    while read -r user group; do
        live gpasswd -d "$user" "$group" >/dev/null 2>&1
    done <"$STATE/groups"
    rm -f "$STATE/groups"
}

# ---- configuration ----

# import: takes over relayd's configuration. Until it is noted, what is there counts as ours.
import() {
    # shellcheck disable=SC2086 # one path a word
    files_save $IMPORTED || return
    for path in $IMPORTED; do
        rm -rf "$(files_record "$path")/after"
    done
    mkdir -p "$ROOT$CONFDIR"
    import_ca_mode || return
    "$RELAY" import-config -o "$ROOT$CONFDIR" "$ROOT$RELAYD_DIR" >"$STATE/import.log" 2>&1
    status=$?
    [ $status = 0 ] || say "$(cat "$STATE/import.log")"
    import_client_key || return
    # shellcheck disable=SC2086
    files_own $IMPORTED && return $status
}

# relayd's files do not say how clients prove who they are; the importer keeps what relay.conf says.
import_ca_mode() {
    conf=$ROOT$CONFDIR/relay.conf
    keys=
    if site_ca_mode; then
        domain=$(site_node_id_domain) || return
        keys="  client_certificates = \"ca\"; node_id_domain = \"$domain\";"
        [ -s "$conf" ] || printf 'general: {\n};\n' >"$conf"
        grep -q '^general: {$' "$conf" || {
            say "$CONFDIR/relay.conf has no line \`general: {\`: set client_certificates = \"ca\" there by hand"
            return 1
        }
    fi
    [ -s "$conf" ] || return 0
    sed "/^ *client_certificates = /d; /^ *node_id_domain = /d${keys:+; /^general: {\$/a\\
$keys}" "$conf" >"$conf.new" && chmod 644 "$conf.new" && files_to_disk "$conf.new" && mv -f "$conf.new" "$conf"
}

# In CA mode four programs show the site's certificate to other servers. They get a copy of its key: the site's own
# stays root's.
import_client_key() {
    key=$CONFDIR/adopted-client.key conf=$ROOT$CONFDIR/relay.conf
    lines="/^ *client_key_file = \"$(printf '%s' "$key" | sed 's|/|\\/|g')\"/d"
    if ! site_ca_mode; then
        rm -f "$ROOT$key"
        sed -i "$lines; /^ *client_certificate_file = \"$(printf '%s' "$CLIENT_CERT" | sed 's|/|\\/|g')\"/d" "$conf"
        return
    fi
    group=
    ! is_live || group=rudder-relay-client-key
    install -m 640 ${group:+-g "$group"} "$ROOT$CLIENT_KEY" "$ROOT$key.new" && files_to_disk "$ROOT$key.new" &&
        mv -f "$ROOT$key.new" "$ROOT$key" || return
    grep -q '^ *client_key_file = ' "$conf" || sed -i "s|^  upstream: {\$|&\\
    client_certificate_file = \"$CLIENT_CERT\";\\
    client_key_file = \"$key\";|" "$conf"
}

# What the server above has is found out once, so that it does not change with each moment at which that is away.
note_from_upstream() {
    if site_is_root || ! is_live || [ -s "$STATE/from-upstream" ]; then return 0; fi
    case $(site_above "$CONFDIR/relay.conf") in ours) note from-upstream all ;; *) note from-upstream common ;; esac
}

# New files belong to group rudder, as the site's do. What shared-files writes belongs to relayd's user, who owns the
# directories that are there.
drop_ins() {
    for unit in upload forwarder; do
        printf '%s\n' "# rudder-relay adopt" "[Service]" "Group=rudder" \
            "SupplementaryGroups=rudder-relay rudder-relay-spool rudder-relay-nodes rudder-relay-state" |
            files_put "/etc/systemd/system/rudder-relay-$unit.service.d/adopted.conf" 644 || return
    done
    printf '%s\n' "# rudder-relay adopt" "[Service]" "User=rudder-relayd" "Group=rudder" \
        "SupplementaryGroups=rudder-relay-state rudder-relay-client-key" |
        files_put /etc/systemd/system/rudder-relay-shared-files.service.d/adopted.conf 644 || return
    printf '%s\n' "# rudder-relay adopt" "Defaults:rudder-relay-remote-run-command !requiretty" \
        "rudder-relay-remote-run-command ALL=(root) TIMEOUT=9m NOPASSWD: /opt/rudder/bin/rudder remote run *" |
        files_put "$SUDOERS" 440 || return
    live systemctl daemon-reload
}
remove_drop_ins() {
    for unit in upload forwarder shared-files; do
        files_take_back "/etc/systemd/system/rudder-relay-$unit.service.d/adopted.conf"
        rmdir "$ROOT/etc/systemd/system/rudder-relay-$unit.service.d" 2>/dev/null
    done
    files_take_back "$SUDOERS"
    live systemctl daemon-reload
}

# ---- the service of the name rudder-relayd ----

note_relayd() {
    [ -e "$STATE/relayd" ] || note relayd "$(live systemctl is-active rudder-relayd)"
}

# The packaged unit stays where it is: ours, in the administrator's directory, goes before it.
stand_in() {
    note_relayd
    [ -e "$ROOT$STAND_IN" ] || live systemctl stop rudder-relayd || return
    sed "s|@FCGIDIR@|$FCGIDIR|" "$LIBDIR/rudder-relayd.service.in" | files_put "$STAND_IN" 644 || return
    live systemctl daemon-reload && live systemctl start rudder-relayd
}

# Stopped first: systemd would take the packaged one for started already.
step_down() {
    if [ -d "$(files_record "$STAND_IN")" ]; then
        live systemctl stop rudder-relayd
        files_take_back "$STAND_IN"
        live systemctl daemon-reload
    fi
    live systemctl stop rudder-relay.target
}

start_relayd() {
    [ "$(cat "$STATE/relayd" 2>/dev/null)" = active ] || return 0
    live systemctl reset-failed rudder-relayd 2>/dev/null
    live systemctl start rudder-relayd
}

# ---- httpd ----

# The site's own file keeps all but one line; the original stays beside it.
switch_httpd() {
    mkdir -p "$ROOT/var/lib/rudder-relay/httpd"
    missing=$(live httpd_missing_modules)
    if [ -n "$missing" ] && command -v a2enmod >/dev/null; then
        # shellcheck disable=SC2086 # one module a word
        live a2enmod -q $missing >/dev/null || return
    fi
    put_httpd_parts && files_link "$HTTPD_LINK" "$HTTPD_LOCAL" && switch_vhost && httpd_reload
}

put_httpd_parts() {
    new=$(site_conf public) || return
    # Behind it, in the same virtual host, comes the web application's part, which may take its time.
    printf '%s\n' "$new" "    ProxyTimeout 300" | files_put "$HTTPD_PUBLIC" 644 || return
    new=$(site_conf local) || return
    printf '%s\n' "$new" | files_put "$HTTPD_LOCAL" 644
}

# switch_vhost: also when a package has put its own file in the place of ours.
switch_vhost() {
    vhost=$(site_vhost "$STOCK_INCLUDE")
    [ -n "$vhost" ] || return 0
    note vhost "$vhost" && files_forget "$vhost" && files_save "$vhost" "$vhost.before-rudder-relay" || return
    stock=$(files_record "$vhost")/before
    files_put "$vhost.before-rudder-relay" 644 <"$stock" &&
        site_edit "$STOCK_INCLUDE" "$HTTPD_PUBLIC" <"$stock" | files_put "$vhost" "$(stat -c %a "$ROOT$vhost")"
}

give_back_httpd() {
    vhost=$(cat "$STATE/vhost" 2>/dev/null)
    if [ -n "$vhost" ] && [ -d "$(files_record "$vhost")" ] && ! files_is_ours "$vhost" &&
        site_edit "$HTTPD_PUBLIC" "$STOCK_INCLUDE" <"$ROOT$vhost" >"$STATE/vhost.new" &&
        ! cmp -s "$STATE/vhost.new" "$ROOT$vhost"; then
        # Somebody else changed it: their lines stay, ours goes.
        files_show_change "$vhost" "$(files_record "$vhost")/after"
        files_forget "$vhost"
        cp -a "$ROOT$vhost" "$STATE/vhost.there"
        cat "$STATE/vhost.new" >"$STATE/vhost.there"
        files_replace "$STATE/vhost.there" "$vhost"
    fi
    [ -z "$vhost" ] || files_take_back "$vhost" "$vhost.before-rudder-relay"
    files_take_back "$HTTPD_LINK" && httpd_reload && files_take_back "$HTTPD_PUBLIC" "$HTTPD_LOCAL" || return
    rmdir "$ROOT$CONFDIR/httpd" 2>/dev/null
    # An old process of httpd may hold the port that relayd wants for a moment.
    wait_for 30 port_is_free 3030 || say "note: somebody still listens at port 3030: $(port_holder 3030)"
}
# port_is_free PORT: or relayd has it already.
port_is_free() {
    if is_live && [ -n "$(port_holder "$1")" ]; then
        [ ! -e "$STAND_IN" ] && systemctl -q is-active rudder-relayd
    fi
}

# ---- what waits ----

WAITING="/var/rudder/reports/incoming /var/rudder/inventories/incoming /var/rudder/inventories/accepted-nodes-updates"
SPOOL="$WAITING /var/rudder/reports/failed /var/rudder/inventories/failed"

# Nobody of ours runs any more. relayd reads what belongs to group rudder and has a name it knows.
give_back_spool() {
    for directory in $SPOOL; do
        [ -d "$ROOT$directory" ] || continue
        live give_back_owned "$directory"
        find "$ROOT$directory" -maxdepth 1 -type f -name '.?*.claimed' | while IFS= read -r file; do
            name=${file##*/.}
            mv -nT "$file" "${file%/*}/${name%.claimed}"
        done
    done
    rm -f "$ROOT/var/rudder/shared-files/.cleaned" # a note of when it was cleaned
}
# Others may write to the directory, too: a link in the place of a file must not lead anywhere.
give_back_owned() {
    find "$1" -maxdepth 1 -type f \( -name '.*.tmp' -o -name '.ages-*' \) \
        \( -user rudder-relay-upload -o -user rudder-relay-forwarder \) -delete
    find "$1" -maxdepth 1 -type f \( -user rudder-relay-upload -o -user rudder-relay-forwarder \) \
        ! -group rudder -exec chgrp -h rudder {} +
}

# Other bytes under a name that waits get the name when it is free; relayd knows only names without .~1~.
name_what_waits() {
    left=0
    for directory in $WAITING; do
        for file in "$ROOT$directory"/*.~*~; do
            [ ! -e "$file" ] || mv -nT "$file" "${file%.~*~}"
            [ ! -e "$file" ] || left=$((left + 1))
        done
    done
    [ "$left" = 0 ]
}
# Inventories in messages (processing.inventory.smime): relayd cannot read them.
keep_messages() {
    kept=/var/lib/rudder-relay/given-back
    for file in "$ROOT"/var/rudder/inventories/*-smime/*.gz; do
        [ ! -e "$file" ] || {
            mkdir -p "$ROOT$kept" && mv -nT "$file" "$ROOT$kept/${file##*/}" &&
                say "kept in $kept, since relayd cannot read it: ${file##*/}"
        }
    done
}
# keep_what_is_left SECONDS: what relayd does not get to in time is put where no relay takes it for waiting, and said.
keep_what_is_left() {
    ! wait_for "$1" name_what_waits || return 0
    kept=/var/lib/rudder-relay/given-back
    mkdir -p "$ROOT$kept"
    for directory in $WAITING; do
        for file in "$ROOT$directory"/*.~*~; do
            [ ! -e "$file" ] || {
                mv -nT "$file" "$ROOT$kept/${file##*/}" && say "kept in $kept, since its name waits: ${file##*/}"
            }
        done
    done
}
