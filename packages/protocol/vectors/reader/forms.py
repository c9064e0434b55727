"""JSON, canonical form, hashes, Ed25519 and proofs: pages 2 and 3 of the specification.

Ed25519 is that of RFC 8032, section 6: short and slow, and not safe for signing, only for verifying.
"""
import base64
import hashlib
import json

CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/data-integrity/v2",
    "https://w3id.org/evenhour/v1",
]


# Page 3.2: strict JSON. Raises ValueError.

def parse_strict(text):
    def members(pairs):
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names) or "__proto__" in names:
            raise ValueError("a name stands twice, or is __proto__")
        return dict(pairs)

    def whole(digits):
        if digits == "-0" or abs(int(digits[:20])) >= 2**53:
            raise ValueError("a number that not every language holds")
        return int(digits)

    def no_number(text):
        raise ValueError("not a whole number: " + text)

    def check(value, depth):
        if isinstance(value, str) and ("\0" in value or any(0xD800 <= ord(c) <= 0xDFFF for c in value)):
            raise ValueError("NUL or half a surrogate pair")
        if isinstance(value, (dict, list)) and depth == 32:
            raise ValueError("too deep")
        names = list(value) if isinstance(value, dict) else []
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        for each in [*names, *inner]:
            check(each, depth + 1)

    hooks = {"object_pairs_hook": members, "parse_int": whole, "parse_float": no_number, "parse_constant": no_number}
    try:
        value = json.loads(text, **hooks)
    except RecursionError:
        raise ValueError("too deep") from None
    check(value, 0)
    return value


# Page 3.3: canonical form and hashes.

def canonical(value):
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def sha256(data):
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).digest()


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def multihash(data):
    return "u" + base64url(b"\x12\x20" + sha256(data))


def content(document):
    return canonical({name: value for name, value in document.items() if name != "proof"})


def base58(text):
    """The bytes of a text. Raises ValueError."""
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number = 0
    for letter in text:
        number = number * 58 + alphabet.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


# RFC 8032, section 6: Ed25519, with points as (X, Y, Z, T).

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(factor, point):
    total = (0, 1, 1, 0)
    while factor > 0:
        if factor & 1:
            total = add(total, point)
        point, factor = add(point, point), factor >> 1
    return total


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_of(data):
    """The point of 32 bytes, or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - x2) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def point_of_key(multikey):
    """The point of a Multikey, or None. A point of small order is no key: one signature fits many messages (2.3)."""
    raw = base58(multikey[1:])
    point = point_of(raw[2:]) if multikey[0] == "z" and len(raw) == 34 and raw[:2] == b"\xed\x01" else None
    return None if point is None or same(times(8, point), (0, 1, 1, 0)) else point


def verify(multikey, message, signature):
    """Whether a signature of 64 bytes is this key's."""
    key, r = point_of_key(multikey), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= L or len(signature) != 64:
        return False
    hashed = hashlib.sha512(signature[:32] + base58(multikey[1:])[2:] + message).digest()
    h = int.from_bytes(hashed, "little") % L
    return same(times(s, BASE), add(r, times(h, key)))


# Page 3.5: the proof. Returns the code of what is wrong, or None.

def fault_of_proof(document, key_id, multikey):
    proof = document.get("proof")
    if document.get("@context") != CONTEXT:
        return "context_mismatch"
    if not isinstance(proof, dict):
        return "proof_malformed"
    if proof.get("@context") != CONTEXT:
        return "context_mismatch"
    fixed = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod"}
    names = {"@context", "created", "verificationMethod", "proofValue", *fixed}
    if set(proof) != names or any(proof[name] != value for name, value in fixed.items()):
        return "proof_malformed"
    if proof["verificationMethod"] != key_id:
        return "wrong_key"
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    signed = sha256(canonical(config)) + sha256(content(document))
    return None if verify(multikey, signed, base58(proof["proofValue"][1:])) else "proof_mismatch"
