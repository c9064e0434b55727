"""Checks the vectors beside this folder: `python3 read.py`, with nothing but Python 3.8 or newer.

It shares nothing with the reference code and may be copied from (CC0). It does not check schemas, because no vector
needs them. It prints a line a file, and exits with 1 when a case differs from what the file says.
"""
import base64
import json
import os
import re
import sys

sys.dont_write_bytecode = True

from exchange import fault_of_step, fold  # noqa: E402
from forms import base58, base64url, canonical, content, fault_of_proof, multihash, parse_strict, sha256, verify  # noqa: E402
from pair import PAIR_PREFIX, Entry, Pair  # noqa: E402

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")


# Each of these reads one file and gives, for each case, what was found and what the file says.

def read_canonical(file):
    for case in file["cases"]:
        written = canonical(case["input"])
        yield case, (written, sha256(written).hex()), (case["canonical"], case["sha256"])


def read_strict_json(file):
    for case in file["cases"]:
        try:
            parse_strict(case["input"])
            yield case, True, case["valid"]
        except ValueError:
            yield case, False, case["valid"]


def read_proofs(file):
    for case in file["cases"]:
        fault = fault_of_proof(case["document"], file["verificationMethod"], file["publicKeyMultibase"])
        yield case, fault is None, case["valid"]


def read_story(file):
    pair = Pair(file["core"])
    yield {"name": "the pair"}, (pair.id, pair.genesis), (file["pair"], file["genesis"])
    for case in file["cases"]:
        outcome, code = pair.receive(case["document"])
        found = {"outcome": outcome, "code": code, "hash": Entry(case["document"], False).hash}
        for name, of in {
            "debtMinutes": lambda who: pair.debt(who, pair.now()),
            "exposureMinutes": lambda who: pair.exposure(who, pair.now()),
            "recovering": pair.recovering,
        }.items():
            found[name] = {party["bank"]: of(who) for who, party in enumerate(pair.parties)}
        yield case, found, {name: case[name] for name in found}


def read_statements(file):
    pair = Pair(file["core"])
    for document in file["entries"]:
        pair.receive(document)
    for case in file["cases"]:
        found = pair.state_in_front(case["author"], case["seq"])
        yield case, found, (case["statement"], case["code"])


def read_endings(file):
    checks = {
        "Fork": fault_of_fork,
        "Close": fault_of_close,
        "Greeting": fault_of_greeting,
        "Presentation": fault_of_presentation,
    }
    for case in file["cases"]:
        code = checks[case["kind"]](case["document"], Pair(file["core"]))
        yield case, (code is None, code), (case["valid"], case["code"])


def fault_of_fork(document, _pair):
    """Page 9.7. The evidence names its own agreement."""
    pair = Pair(document["core"])
    who = pair.party(document["actor"])
    if document["pair"] != pair.id:
        return "foreign_pair"
    if who is None:
        return "foreign_origin"
    fault = pair.take_key_changes(who, document["keyChanges"])
    for entry in document["entries"]:
        fault = fault or pair.fault_of_entry(entry, who)
    first, second = [(entry["epoch"], entry["seq"], Entry(entry, False).hash) for entry in document["entries"]]
    return fault or (None if first[:2] == second[:2] and first[2] < second[2] else "invalid_request")


def fault_of_close(document, pair, who=1):
    """Page 9.8, by Leith under the key of the agreement, or by the other bank."""
    bank = pair.parties[who]
    if "proof" not in document:
        return "schema_mismatch"
    if document["pair"] != pair.id:
        return "foreign_pair"
    if document["actor"] != bank["bank"] or document["id"] != f"{bank['journal']}/{pair.id[len(PAIR_PREFIX):]}/close":
        return "foreign_origin"
    return fault_of_proof(document, bank["key"]["id"], bank["key"]["publicKeyMultibase"])


def fault_of_greeting(document, pair):
    """Page 9.8: the pair is over if each Close is signed by the bank that it names, oneself too."""
    faults = [fault_of_close(close, pair, pair.party(close["actor"])) for close in document["closes"]]
    return next((fault for fault in faults if fault is not None), None)


def fault_of_presentation(document, known):
    """Page 9.5, as Gràcia, which knows nothing but its own key."""
    offer, accept = document["offer"], document["accept"]
    pair = Pair(offer["core"])
    if offer["core"] != accept["core"] or {document["pair"], offer["pair"], accept["pair"]} != {pair.id}:
        return "foreign_pair"
    me = pair.party(known.parties[0]["bank"])
    if me is None:
        return "unknown_partner"
    if pair.parties[me]["key"] != known.parties[0]["key"]:
        return "wrong_key"
    if {pair.party(offer["actor"]), pair.party(accept["actor"])} != {0, 1}:
        return "foreign_origin"
    fault = None
    for yes in (offer, accept):
        key = pair.parties[pair.party(yes["actor"])]["key"]
        fault = fault or fault_of_proof(yes, key["id"], key["publicKeyMultibase"])
    for who, party in enumerate(pair.parties):
        changes = [change for change in document["keyChanges"] if change["actor"] == party["bank"]]
        fault = fault or pair.take_key_changes(who, changes)
    return fault


def read_exchanges(file):
    """Pages 6.7 and 6.8. Each bank has its own log, and what it took in of the other's."""
    hold, pair, stories = file["hold"], Pair(file["core"]), {}
    salt = base64.urlsafe_b64decode(hold["salt"] + "=")
    text = canonical(hold["details"])
    yield {"name": "the hold"}, (text, base64url(sha256(salt + text.encode()))), (hold["canonical"], hold["detail"])
    for case in file["cases"]:
        document, writer = case["document"], pair.party(case["document"]["actor"])
        me = pair.party(case["bank"])
        own, theirs = stories.setdefault((case["story"], me), ([], []))
        key = pair.parties[writer]["key"]
        if case["does"] == "writes":
            own.append(document)
            outcome = "appended", None
        else:
            outcome = fault_of_step(theirs, len(own), document)
            if outcome[0] == "appended":
                theirs.append(document)
        # In these stories Leith, party 1, receives the hours.
        giver, receiver = (theirs, own) if me == 1 else (own, theirs)
        fault = fault_of_proof(document, key["id"], key["publicKeyMultibase"])
        found = fault, *outcome, fold(giver, receiver), multihash(content(document))
        yield case, found, (None, case["outcome"], case["code"], case["status"], case["hash"])


REQUEST = '("@method" "@target-uri" "content-digest" "evenhour-session")'
REQUEST_PARAMS = {"created", "keyid", "nonce", "tag", "alg"}


def read_http_signatures(file):
    """Pages 2.4 to 2.6. Both headers are text of one form, so no general parser is needed."""
    gracia = next(key for key in file["keys"] if "gracia" in key)
    for case in file["cases"]:
        now, request, response = case["now"], case["request"], case["response"]
        if response is None:
            values = {
                '"@method"': request["method"],
                '"@target-uri"': request["url"],
                '"evenhour-session"': request["headers"].get("evenhour-session"),
            }
            code = fault_of_message(request, REQUEST, REQUEST_PARAMS, values, file["keys"], now, "unknown_partner")
        else:
            label, _, signature = request["headers"]["signature"].partition("=")
            bound = f'"signature";req;key="{label}"'
            values = {'"@status"': str(response["status"]), bound: signature}
            covered, params = f'("@status" "content-digest" {bound})', REQUEST_PARAMS - {"nonce"}
            code = fault_of_message(response, covered, params, values, {gracia: file["keys"][gracia]}, now, "wrong_key")
        yield case, (code is None, code), (case["valid"], case["code"])


def fault_of_message(message, covered, names, values, keys, now, stranger):
    headers, body = message["headers"], message["body"].encode()
    if "signature-input" not in headers or "signature" not in headers:
        return "missing_signature"
    label, _, text = headers["signature-input"].partition("=")
    form = re.fullmatch(r'(;[a-z]+=("[\x20\x21\x23-\x5b\x5d-\x7e]*"|0|[1-9][0-9]{0,11}))*', text[len(covered):])
    signature = re.fullmatch(re.escape(label) + r"=:([A-Za-z0-9+/]{86}==):", headers["signature"])
    if not text.startswith(covered) or form is None or signature is None:
        return "signature_mismatch"
    pairs = re.findall(r';([a-z]+)=("[^"]*"|[0-9]+)', text[len(covered):])
    params = dict(pairs)
    if len(pairs) != len(names) or set(params) != names:
        return "signature_mismatch"
    if params["alg"] != '"ed25519"' or params["tag"] != '"evenhour-v1"':
        return "signature_mismatch"
    key = keys.get(params["keyid"].strip('"'))
    if key is None:
        return stranger
    digest = "sha-256=:" + base64.b64encode(sha256(body)).decode() + ":"
    values = {**values, '"content-digest"': digest}
    lines = [f"{name}: {values[name]}" for name in covered[1:-1].split(" ")] + [f'"@signature-params": {text}']
    signed = "\n".join(lines).encode()
    if headers["content-digest"] != digest or not verify(key, signed, base64.b64decode(signature[1])):
        return "signature_mismatch"
    return None if abs(now - int(params["created"])) <= 300 else "clock_skew"


READERS = {
    "canonical.json": read_canonical,
    "strict-json.json": read_strict_json,
    "proofs.json": read_proofs,
    "journals.json": read_story,
    "restores.json": read_story,
    "keys.json": read_story,
    "successor.json": read_story,
    "statements.json": read_statements,
    "endings.json": read_endings,
    "exchanges.json": read_exchanges,
    "http-signatures.json": read_http_signatures,
}


def main(folder):
    with open(os.path.join(folder, "index.json"), encoding="utf-8") as file:
        missing = set(json.load(file)["files"]) ^ set(READERS)
    wrong = len(missing)
    for name in sorted(missing):
        print(f"{name}: in the index or in this program, and not in both")
    for name, reader in READERS.items():
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            results = list(reader(json.load(file)))
        differing = [result for result in results if result[1] != result[2]]
        for case, found, said in differing:
            print(f"{name}: {case['name']}: found {found}, and the file says {said}")
        print(f"{name}: {len(results) - len(differing)} of {len(results)}")
        wrong += len(differing)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else FOLDER))
