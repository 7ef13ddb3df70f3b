#!/usr/bin/env python3
"""A till reports a purchase: Python 3, no packages.

    export PEYK_URL=http://127.0.0.1:8080 PEYK_KEY=till-14 PEYK_SECRET=whsec_…
    python3 samples/first_purchase.py 09121234567 850000 A-1        phone, rial, invoice

Prints Peyk's answer. Exit code 0: the purchase is recorded, now or before.
"""
import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request


def signed(request_id, body, secret):
    timestamp = str(int(time.time()))  # of this attempt; at most 5 minutes from Peyk's clock
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{request_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": request_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def main(phone, amount, invoice):
    body = json.dumps({"phone": phone, "amount": int(amount), "invoice": invoice}).encode()
    # The invoice names the request: the same purchase sent again, after a timeout say, is known and counted once.
    request_id = "purchase_" + hashlib.sha256(invoice.encode()).hexdigest()[:32]
    headers = {"content-type": "application/json", "peyk-key": os.environ["PEYK_KEY"]}
    headers.update(signed(request_id, body, os.environ["PEYK_SECRET"]))
    request = urllib.request.Request(os.environ["PEYK_URL"] + "/v1/purchases", data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            print(response.read().decode())
            return 0
    except urllib.error.HTTPError as refused:
        print(refused.read().decode())
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
