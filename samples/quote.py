#!/usr/bin/env python3
"""A till asks before payment what a purchase would bring: Python 3, no packages.

    export PEYK_URL=http://127.0.0.1:8080 PEYK_KEY=till-14 PEYK_SECRET=whsec_…
    python3 samples/quote.py 09121234567 850000 bread cake        phone, rial, what is bought (or nothing)

Prints Peyk's answer: take `discount` off, collect `payable`, and report the purchase with the same amount and this
discount. Nothing is written. Exit code 0: it was answered.
"""
import base64
import hashlib
import hmac
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request


def signed(request_id, body, secret):
    timestamp = str(int(time.time()))  # at most 5 minutes from Peyk's clock
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{request_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": request_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def main(phone, amount, *items):
    body = json.dumps({"phone": phone, "amount": int(amount), "items": items}).encode()
    # A new id for each question: an answer is remembered under its id, and offers are judged by the moment.
    request_id = "quote_" + secrets.token_hex(16)
    headers = {"content-type": "application/json", "peyk-key": os.environ["PEYK_KEY"]}
    headers.update(signed(request_id, body, os.environ["PEYK_SECRET"]))
    request = urllib.request.Request(os.environ["PEYK_URL"] + "/v1/quotes", data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            print(response.read().decode())
            return 0
    except urllib.error.HTTPError as refused:
        print(refused.read().decode())
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
