#!/usr/bin/env bash
# A till asks before payment what a purchase would bring: curl and openssl, nothing else.
#
#   export PEYK_URL=http://127.0.0.1:8080 PEYK_KEY=till-14 PEYK_SECRET=whsec_…
#   samples/quote.sh 09121234567 850000 bread cake        phone, rial, what is bought (or nothing)
#
# Prints Peyk's answer: take `discount` off, collect `payable`, and report the purchase with the same amount and this
# discount. Nothing is written. Exit code 0: it was answered.
set -euo pipefail

items=''
for item in "${@:3}"; do items="$items${items:+,}\"$item\""; done  # names without " and \
body=$(printf '{"phone":"%s","amount":%s,"items":[%s]}' "$1" "$2" "$items")

# A new id for each question: an answer is remembered under its id, and offers are judged by the moment.
id=quote_$(openssl rand -hex 16)
timestamp=$(date +%s)  # at most 5 minutes from Peyk's clock

# The key is what the base64 behind whsec_ stands for. (openssl takes it as an argument, which other users of this machine
# can see while it runs; a till's own code should sign in its own process, as the other samples do.)
key=$(printf %s "${PEYK_SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
signature=$(printf %s "$id.$timestamp.$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)

curl --silent --show-error --fail-with-body --max-time 30 "$PEYK_URL/v1/quotes" \
  --header 'content-type: application/json' \
  --header "peyk-key: $PEYK_KEY" \
  --header "webhook-id: $id" \
  --header "webhook-timestamp: $timestamp" \
  --header "webhook-signature: v1,$signature" \
  --data-binary "$body"
echo
