#!/usr/bin/env bash
# A till reports a purchase: curl and openssl, nothing else.
#
#   export PEYK_URL=http://127.0.0.1:8080 PEYK_KEY=till-14 PEYK_SECRET=whsec_…
#   samples/first_purchase.sh 09121234567 850000 A-1        phone, rial, invoice
#
# Prints Peyk's answer. Exit code 0: the purchase is recorded, now or before.
set -euo pipefail

body=$(printf '{"phone":"%s","amount":%s,"invoice":"%s"}' "$1" "$2" "$3")

# The invoice names the request: the same purchase sent again, after a timeout say, is known and counted once. An id has
# no dot, and only visible ASCII.
id=purchase_$(printf %s "$3" | openssl dgst -sha256 -r | cut -c1-32)
timestamp=$(date +%s)  # of this attempt; at most 5 minutes from Peyk's clock

# The key is what the base64 behind whsec_ stands for. (openssl takes it as an argument, which other users of this machine
# can see while it runs; a till's own code should sign in its own process, as the other samples do.)
key=$(printf %s "${PEYK_SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
signature=$(printf %s "$id.$timestamp.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)

curl --silent --show-error --fail-with-body --max-time 30 "$PEYK_URL/v1/purchases" \
  --header 'content-type: application/json' \
  --header "peyk-key: $PEYK_KEY" \
  --header "webhook-id: $id" \
  --header "webhook-timestamp: $timestamp" \
  --header "webhook-signature: v1,$signature" \
  --data-binary "$body"
echo
