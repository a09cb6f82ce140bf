# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# containers: the image, and relays made of it, each part a container of its own. Sourced from the repository's root
# after tap.sh, lab/lab.sh and lab/relay.sh. Not every machine that builds images can run containers with an engine, but
# buildah's chroot isolation does. It separates files only; process ids are separated here, networks are not: hence
# ports.
#
#     containers_storage                   has buildah keep all in the lab
#     containers_image DEB                 builds the image `relay` of that package
#     containers_digest                    prints the digest of what is in it
#     containers_relay NAME                makes a relay's volumes, $LAB/NAME/spool, lib, nodes, run, cache, etc and
#                                          secrets-PART
#     containers_httpd_files NAME          key, certificate, password files (rudder:password) and networks in them; key and
#                                          certificate for the hub, too
#     containers_start NAME PART USER      starts that part; the environment is CONTAINERS_ENV, an array
#     containers_run NAME PART USER COMMAND...   another command in it
#     containers_pid NAME PART             prints the process id of its first program
#     containers_stop NAME PART            true if it has ended well
#     containers_changed NAME PART         prints what has changed in its root file system, but for what buildah puts
#                                          there
#     containers_close                     stops all

containers_storage() {
    export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot CONTAINERS_STORAGE_CONF=$LAB/storage.conf
    printf '[storage]\ndriver = "vfs"\nrunroot = "%s/storage-run"\ngraphroot = "%s/storage"\n' "$LAB" "$LAB" \
        >"$LAB/storage.conf"
}

containers_image() {
    containers/build --tag relay "$1" >"$LAB/log/image.log" 2>&1 || { tail -n 20 "$LAB/log/image.log" && return 1; }
}

containers_digest() {
    buildah images --format '{{.Digest}}' relay
}

containers_relay() {
    local relay=$LAB/$1
    mkdir -p "$relay"/{spool/lib,lib/relay,lib/ssl,nodes,run,cache,etc,secrets-{forwarder,endpoints,httpd,hub}} &&
        chown 10001:10000 "$relay"/{spool,nodes,run,cache} && chmod 2770 "$relay"/{spool,nodes,run,cache}
}

# As an engine would: the volumes, a /tmp of its own, and all else read-only.
containers_volumes() {
    local relay=$LAB/$1
    printf '%s\n' "$relay/spool:/var/rudder" "$relay/lib:/var/rudder/lib:ro" "$relay/nodes:/var/lib/rudder-relay" \
        "$relay/run:/run/rudder-relay" "$relay/etc:/etc/rudder-relay:ro" "$relay/cache:/var/cache/rudder-relay" \
        "$relay/secrets-$2:/run/secrets:ro" | sed 's/^/--volume=/'
}

containers_run() {
    local volumes relay=$1 part=$2 user=$3
    mapfile -t volumes < <(containers_volumes "$relay" "$part")
    shift 3
    ${LAB_EXEC:-} unshare --pid --fork --kill-child --mount-proc \
        buildah run --user "$user:10000" "${volumes[@]}" ${CONTAINERS_ENV[@]+"${CONTAINERS_ENV[@]/#/--env=}"} \
        "$relay-$part" -- "$@"
}

containers_start() {
    local relay=$1 part=$2
    buildah from --quiet --name "$relay-$part" relay >/dev/null && buildah mount "$relay-$part" >/dev/null || return
    touch "$LAB/$relay/since"
    containers_start_again "$@"
}
containers_start_again() {
    lab_start "$1-$2" containers_run "$1" "$2" "$3" rudder-relay-container "$2"
}

containers_pid() {
    local first
    first=$(pgrep -n -P "$(lab_pid "$1-$2")") && pgrep -o -x rudder-relay-co --ns "$first" --nslist pid
}

containers_stop() {
    kill -TERM "$(containers_pid "$1" "$2")" && lab_wait_for 60 eval "! lab_running $1-$2" &&
        wait "$(lab_pid "$1-$2")"
}

containers_changed() {
    find "$(buildah mount "$1-$2")" -xdev -newer "$LAB/$1/since" -type f ! -path '*/etc/hosts' \
        ! -path '*/run/.containerenv'
}

containers_httpd_files() {
    local secrets=$LAB/$1/secrets-httpd etc=$LAB/$1/etc
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
        -keyout "$secrets/server.key" -out "$secrets/server.crt" 2>/dev/null &&
        printf 'rudder:%s\n' "$(openssl passwd -apr1 password)" |
        tee "$secrets/htpasswd" >"$secrets/htpasswd-initial" &&
        echo 'Require local' | tee "$etc/networks.conf" >"$etc/policy-server-networks.conf" &&
        chown 10003 "$secrets"/* && chmod 400 "$secrets"/* && chown 10003:10000 "$secrets"/server.* &&
        chmod 440 "$secrets"/server.* && cp -p "$secrets"/server.* "$LAB/$1/secrets-hub/"
}

containers_close() {
    local file
    for file in "$LAB"/run/*-{forwarder,endpoints,httpd,hub}.pid; do
        [ ! -e "$file" ] || lab_stop "$(basename "$file" .pid)" KILL
    done
    buildah umount --all >/dev/null
}
