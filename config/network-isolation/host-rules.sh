#!/bin/sh
# Keeps sandboxes of isolated networks (sandbox.network_isolation) from reaching the host they run on. For root, on the
# engine's host; docs/operations.md tells when.
#
#   host-rules.sh apply    puts the rules in place; again does no harm
#   host-rules.sh check    exits 0 when they are in place and come first, else 1
#   host-rules.sh remove   takes them away; again does no harm
#
# The engine's own chains, DOCKER-USER among them, see only what is forwarded. What is meant for an address of the host
# itself, the bridge's gateway or any other, comes through INPUT, so the rules stand there. Every isolated network's
# bridge is named sbx-...; what arrives from one is refused, unless it answers a connection that the host has opened.
set -eu

BRIDGES='sbx-+'
CHAIN=SANDBOX-MASTER

families() {
  echo iptables
  # A host without IPv6 needs no rules for it.
  if ip6tables -w -n -L INPUT >/dev/null 2>&1; then echo ip6tables; fi
}

remove() {
  for tables in $(families); do
    while "$tables" -w -D INPUT -i "$BRIDGES" -j "$CHAIN" 2>/dev/null; do :; done
    if "$tables" -w -n -L "$CHAIN" >/dev/null 2>&1; then
      "$tables" -w -F "$CHAIN"
      "$tables" -w -X "$CHAIN"
    fi
  done
}

apply() {
  remove
  for tables in $(families); do
    "$tables" -w -N "$CHAIN"
    # Back to INPUT, whose other rules may still refuse it: nothing is opened here.
    "$tables" -w -A "$CHAIN" -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN
    "$tables" -w -A "$CHAIN" -j REJECT
    "$tables" -w -I INPUT 1 -i "$BRIDGES" -j "$CHAIN"
  done
}

check() {
  for tables in $(families); do
    first=$("$tables" -w -S INPUT 1)
    body=$("$tables" -w -S "$CHAIN" 2>/dev/null | grep -c -e '-j RETURN$' -e '-j REJECT' || true)
    if [ "$first" != "-A INPUT -i $BRIDGES -j $CHAIN" ] || [ "$body" != 2 ]; then
      echo "host-rules.sh: the rules of $tables are not in place, or do not come first" >&2
      exit 1
    fi
  done
}

case "${1:-}" in
  apply) apply ;;
  check) check ;;
  remove) remove ;;
  *)
    echo 'usage: host-rules.sh apply|check|remove' >&2
    exit 2
    ;;
esac
