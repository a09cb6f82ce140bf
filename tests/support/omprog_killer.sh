#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# omprog_killer MOMENTS PROGRAM...: stands between rsyslog (omprog, with transactions) and the program, and kills the
# program (-9) at a moment that no signal from outside would meet. The file MOMENTS has a line for each start; the first
# one is taken out of it:
#     message N  the Nth message since the start is answered; rsyslog has that answer
#     before     all messages of a transaction are answered, and its end has not reached the program
#     after      the transaction is confirmed, and rsyslog does not hear of it
# Then it ends like the program. Without a line the program has its place.
moments=$1
shift
read -r moment number 2>/dev/null <"$moments" || exec "$@"
sed -i 1d "$moments"
coproc "$@"
program=$COPROC_PID
exec 3<&"${COPROC[0]}" 4>&"${COPROC[1]}"
fall() {
    kill -9 "$program"
    exit 1
}
messages=0
read -r answer <&3 || exit
echo "$answer"
while IFS= read -r line; do
    [ "$line" = "COMMIT TRANSACTION" ] && [ "$moment" = before ] && fall
    printf '%s\n' "$line" >&4
    IFS= read -r answer <&3 || exit
    [ "$line" = "COMMIT TRANSACTION" ] && [ "$moment" = after ] && fall
    printf '%s\n' "$answer"
    [ "$answer" = DEFER_COMMIT ] && messages=$((messages + 1))
    [ "$moment" = message ] && [ "$messages" = "$number" ] && fall
done
