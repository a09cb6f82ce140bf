# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# report: prints reports of a virtual node, for a command that rudder-relay-virtual(8) runs. Sourced by POSIX shell.
#
#     report_compliant COMPONENT VALUE MESSAGE      it is as it should be
#     report_noncompliant COMPONENT VALUE MESSAGE   it is not
#     report_error COMPONENT VALUE MESSAGE          it could not be found out
#     report_info MESSAGE                           a log entry, which belongs to the report after it
#     report_line TYPE COMPONENT VALUE MESSAGE      any event type
#
# COMPONENT and VALUE are those that the directive in the web application has. Rule, directive and the rest are those of
# the node's file. A command that has reported all that it had to say exits with 0: another exit status is one more
# report, an error.

# report_text TEXT: prints it as one line: control characters become blanks. Nothing else has to be escaped in a
# message, which is the last field.
report_text() {
    printf '%s' "$1" | LC_ALL=C tr '\000-\037\177' ' '
}

# report_field TEXT: the same for a component or a value, which may not hold @ or # at all, nor be empty.
report_field() {
    printf '%s' "${1:-None}" | LC_ALL=C tr '\000-\037\177@#' '   '
}

report_line() {
    printf 'R: @@%s@@%s@@%s@@%s@@%s@@%s@@%s@@%s##%s@#%s\n' "${RUDDER_VIRTUAL_POLICY:-Virtual agent}" "$1" \
        "${RUDDER_VIRTUAL_RULE_ID:-virtual-agent}" "${RUDDER_VIRTUAL_DIRECTIVE_ID:-virtual-agent}" \
        "${RUDDER_VIRTUAL_REPORT_ID:-0}" "$(report_field "$2")" "$(report_field "$3")" \
        "${RUDDER_VIRTUAL_START:-1970-01-01 00:00:00+00:00}" "${RUDDER_VIRTUAL_NODE:-node}" "$(report_text "$4")"
}

report_compliant() {
    if [ "${RUDDER_VIRTUAL_AUDIT:-no}" = yes ]; then
        report_line audit_compliant "$@"
    else
        report_line result_success "$@"
    fi
}

report_noncompliant() {
    if [ "${RUDDER_VIRTUAL_AUDIT:-no}" = yes ]; then
        report_line audit_noncompliant "$@"
    else
        report_line result_error "$@"
    fi
}

report_error() {
    if [ "${RUDDER_VIRTUAL_AUDIT:-no}" = yes ]; then
        report_line audit_error "$@"
    else
        report_line result_error "$@"
    fi
}

report_info() {
    printf 'R: [INFO] %s\n' "$(report_text "$1")"
}
