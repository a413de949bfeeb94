#!/bin/sh
# Answers `/cgi-bin/reply.cgi?from=<name>&to=<name>`: reads one file of the chat and writes another one that quotes it.

chat=/workspace/chat

refuse() {
  printf 'Status: %s\r\nContent-Type: application/json\r\n\r\n{"error": "%s"}\n' "$1" "$2"
  exit 0
}

parameter() {
  printf '%s' "$QUERY_STRING" | tr '&' '\n' | sed -n "s/^$1=//p" | head -n 1
}

from=$(parameter from)
to=$(parameter to)
for name in "$from" "$to"; do
  case $name in
    '' | .* | *[!A-Za-z0-9._-]*) refuse '400 Bad Request' 'from and to must be plain file names' ;;
  esac
done
[ -f "$chat/$from" ] || refuse '404 Not Found' 'there is no such file in the chat'

# Under its name only when it is whole.
draft=$chat/.$to.draft
{
  printf 'Agent %s has read %s:\n' "$AGENT_ID" "$from" && cat "$chat/$from"
} >"$draft" && mv "$draft" "$chat/$to" || refuse '500 Internal Server Error' 'it could not be written'

printf 'Content-Type: application/json\r\n\r\n{"read": "%s", "wrote": "%s"}\n' "$from" "$to"
