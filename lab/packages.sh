# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# packages: what the project needs from Debian, said once, for ./quickstart and ./run-tests. Sourced by bash.

# to compile and link
PACKAGES_BUILD=(
    autoconf automake gcc libc6-dev make pkg-config xz-utils
    libarchive-dev libconfig-dev libcurl4-openssl-dev libevent-dev libexpat1-dev libfcgi-dev libjansson-dev
    liblmdb-dev libpq-dev libssl-dev zlib1g-dev
)
# to run a whole relay privately: apache2-bin is httpd without its service; cfengine3 is what agents run: its services
# do not start without a policy in /var/lib/cfengine3
PACKAGES_RUN=(
    apache2-bin apache2-utils cfengine3 curl gzip openssl postgresql procps spawn-fcgi util-linux
)
# in addition for the tests; llvm has the program that names the lines in a sanitizer's report
PACKAGES_TEST=(
    busybox check clang dash faketime iproute2 jq libclang-rt-dev llvm mandoc openssh-client openssh-server pgbouncer
    prometheus rsyslog rsyslog-relp shellcheck snmp snmpd socat unzip zip
)

# for tests/browser alone, which is run only when named
PACKAGES_BROWSER=(
    chromium fonts-dejavu-core python3
)

# in addition for ./quickstart cluster and tests/cluster
PACKAGES_CLUSTER=(
    etcd-client etcd-server patroni pgbouncer python3-etcd
)

# Services that these packages would start, now and at each boot. The lab starts the programs by itself.
PACKAGES_SERVICES=(etcd patroni pgbouncer rsyslog snmpd ssh)

# in addition for ./package, and for tests/packages
PACKAGES_PACKAGE=(
    "${PACKAGES_BUILD[@]}" build-essential bzip2 check debhelper dpkg-dev fakeroot rpm selinux-policy-dev
)

# for containers/build, and for tests/containers, which ask the validators of docker-compose and python3-kubernetes
PACKAGES_CONTAINERS=(
    buildah mmdebstrap
)
PACKAGES_CONTAINERS_TEST=(
    "${PACKAGES_PACKAGE[@]}" "${PACKAGES_CONTAINERS[@]}" docker-compose python3-kubernetes
)

# for tests/systemd and tests/packages, which skip themselves where one of these is missing
PACKAGES_SYSTEMD=(
    debootstrap mmdebstrap systemd-container
)
PACKAGES_PACKAGES_TEST=(
    "${PACKAGES_SYSTEMD[@]}" policycoreutils selinux-policy-default selinux-policy-dev selinux-utils semodule-utils
    setools
)

# packages_package SUITE: prints PACKAGES_PACKAGE, and what has its own package since Debian 13: the names of systemd's
# directories.
packages_package() {
    printf '%s\n' "${PACKAGES_PACKAGE[@]}"
    [ "$1" = bookworm ] || echo systemd-dev
}

# packages_missing PACKAGE...: prints those that are not installed.
packages_missing() {
    local package
    for package; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
}

# packages_need PACKAGE...: installs what is missing, as root or with sudo. If nothing is missing, it changes nothing
# and needs no rights. On a system that is not like Debian it only says what it looked for.
packages_need() {
    local missing
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        echo "This is no Debian, so nothing is installed for you. Needed are the equivalents of: $*"
        return 0
    fi
    mapfile -t missing < <(packages_missing "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "Installing from Debian (a minute, with a slow mirror some): ${missing[*]}"
    if [ "$(id -u)" = 0 ]; then
        packages_apt_install "${missing[@]}"
    elif command -v sudo >/dev/null; then
        packages_sudo bash -c '. "$0"; packages_apt_install "$@"' "${BASH_SOURCE[0]}" "${missing[@]}"
    else
        echo "These packages are missing, and without root or sudo they can't be installed here. As root:" >&2
        echo "    apt-get install --no-install-recommends ${missing[*]}" >&2
        return 1
    fi
}

# packages_sudo COMMAND...: keeps the caller's proxies, which sudo would drop and apt-get may need to reach its mirror.
packages_sudo() {
    local proxies=${http_proxy:+http_proxy,}${https_proxy:+https_proxy,}${all_proxy:+all_proxy,}${no_proxy:+no_proxy,}
    sudo ${proxies:+"--preserve-env=${proxies%,}"} "$@"
}

# packages_apt_install PACKAGE...: as root, in a subshell for its trap. PostgreSQL's package would create and start a
# cluster of its own; two temporary files keep it from that. policy-rc.d is for the moment of the installation; a
# service that came with it is disabled for good. One that was there before is left as it is: somebody may use it.
packages_apt_install() (
    mapfile -t there < <(packages_services)
    cluster=/etc/postgresql-common/createcluster.d/rudder-relay-quiet.conf
    policy=/usr/sbin/policy-rc.d
    trap 'rm -f "$cluster" ${own_policy:+"$policy"}' EXIT
    trap 'exit 1' HUP INT TERM
    if ! command -v postgres >/dev/null && ! command -v pg_createcluster >/dev/null; then
        mkdir -p "${cluster%/*}" && echo 'create_main_cluster = false' >"$cluster"
    fi
    if [ ! -e "$policy" ]; then
        own_policy=yes
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    packages_apt_quietly apt-get -q update || echo "apt-get update failed; trying with the lists there are" >&2
    packages_apt_quietly apt-get -q -y --no-install-recommends install "$@" || exit
    for service in $(packages_services | grep -vxF -f <(printf '%s\n' "${there[@]}" -)); do
        [ ! -e "/etc/init.d/$service" ] || update-rc.d "$service" disable
        ! command -v systemctl >/dev/null || systemctl --quiet disable "$service"
    done
)

# Those of PACKAGES_SERVICES that are installed.
packages_services() {
    local service
    for service in "${PACKAGES_SERVICES[@]}"; do
        [ ! -e "/etc/init.d/$service" ] && [ ! -e "/usr/lib/systemd/system/$service.service" ] &&
            [ ! -e "/lib/systemd/system/$service.service" ] || echo "$service"
    done
}

# packages_apt_quietly COMMAND...: runs it and shows its output only when it fails.
packages_apt_quietly() {
    local output status
    output=$("$@" </dev/null 2>&1)
    status=$?
    [ $status = 0 ] || printf '%s\n' "$output" "failed: $*" >&2
    return $status
}
