#!/bin/sh
# Answers `/`: which agent this is, and what it can do with each of its mounts, tried out rather than looked up.

json_string() {
  # Character by character, because the rules for a backslash in awk's own replacements differ between its versions.
  TEXT=$1 awk 'BEGIN {
    for (code = 1; code < 32; code++) control[sprintf("%c", code)] = code
    text = ENVIRON["TEXT"]
    for (i = 1; i <= length(text); i++) {
      character = substr(text, i, 1)
      if (character in control) escaped = escaped sprintf("\\u%04x", control[character])
      else if (character == "\"" || character == "\\") escaped = escaped "\\" character
      else escaped = escaped character
    }
    printf "\"%s\"", escaped
  }'
}

readable() {
  if ls -a "$1" >/dev/null 2>&1; then echo true; else echo false; fi
}

writable() {
  # A name of its own each time: other sandboxes may try the same directory at this moment.
  if file=$(mktemp "$1/.agent-probe.XXXXXX" 2>/dev/null) && rm "$file"; then echo true; else echo false; fi
}

mount() {
  printf '"%s": {"path": "%s", "readable": %s, "writable": %s}' "$1" "$2" "$(readable "$2")" "$(writable "$2")"
}

printf 'Content-Type: application/json\r\n\r\n'
printf '{"agent_id": %s, "mounts": {%s, %s, %s, %s}}\n' "$(json_string "$AGENT_ID")" \
  "$(mount chat /workspace/chat)" \
  "$(mount volume /workspace/volume)" \
  "$(mount dependencies /opt/dependencies)" \
  "$(mount tools /opt/lambda-tools)"
