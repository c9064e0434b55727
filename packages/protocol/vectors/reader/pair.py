"""One pair: both journals, and the verdict on the next entry. Page 4 of the specification.

Nothing is kept up to date: every verdict is computed from the journals by the formulas of 4.3 at the entry's own
cut, slowly. A cut is a list of two numbers: how many entries of party 0 and of party 1 are within it.
"""
import re

from forms import base58, base64url, canonical, content, fault_of_proof, multihash, point_of_key, sha256, verify

PAIR_PREFIX = "urn:evenhour:pair:"


class Entry:
    def __init__(self, document, effect):
        self.document, self.effect, self.hash = document, effect, multihash(content(document))
        self.kind, self.epoch = document["type"][1], document["epoch"]


class Pair:
    def __init__(self, core):
        self.core, self.parties, self.journals = core, core["parties"], ([], [])
        # For each party, oldest first: from which `seq` on a key holds, and the hash of the recovery key that ends it.
        self.keys = [[(1, each["key"]["publicKeyMultibase"], each["recovery"])] for each in self.parties]
        self.id, self.genesis = PAIR_PREFIX + base64url(sha256(canonical(core))), multihash(canonical(core))

    def party(self, bank):
        banks = [party["bank"] for party in self.parties]
        return banks.index(bank) if bank in banks else None

    def now(self):
        return len(self.journals[0]), len(self.journals[1])

    def counting(self, who, cut, kind):
        return [e.document for e in self.journals[who][: cut[who]] if e.effect and e.kind == kind]

    def named_by(self, who, length, transfer):
        """Whether a Hold names this transfer, with or without effect."""
        return any(e.kind == "Hold" and e.document["transfer"] == transfer for e in self.journals[who][:length])

    def debt(self, who, cut):
        opening = self.core.get("opening", {"minutes": 0, "debtor": None})
        carried = opening["minutes"] if opening["debtor"] == self.parties[who]["bank"] else -opening["minutes"]
        posted = [sum(post["minutes"] for post in self.counting(party, cut, "Post")) for party in (who, 1 - who)]
        return carried + posted[0] - posted[1]

    def open(self, who, cut):
        ends = [(who, "Post"), (who, "Void"), (1 - who, "HoldDecline")]
        ended = {each["transfer"] for writer, kind in ends for each in self.counting(writer, cut, kind)}
        return {h["transfer"]: h for h in self.counting(who, cut, "Hold") if h["transfer"] not in ended}

    def exposure(self, who, cut):
        return self.debt(who, cut) + sum(hold["minutes"] for hold in self.open(who, cut).values())

    def last(self, writer, cut, name, otherwise):
        return ([each[name] for each in self.counting(writer, cut, "Amend") if name in each] or [otherwise])[-1]

    def recovering(self, who):
        resumes = [e.document["seq"] for e in self.journals[who] if e.kind == "Resume"]
        seen = self.journals[1 - who][-1].document["ack"]["seq"] if self.journals[1 - who] else 0
        return bool(resumes) and resumes[-1] > seen

    def state_in_front(self, bank, seq):
        """Page 9.9: what a bank states in front of its entry, at that entry's own cut, and the code of a refusal."""
        who = self.party(bank)
        if who is None or not re.fullmatch("[1-9][0-9]*", seq):
            return None, "invalid_request"
        if int(seq) > len(self.journals[who]):
            return None, "not_found"
        peer, cut = 1 - who, [int(seq) - 1] * 2
        cut[peer] = self.journals[who][cut[who]].document["ack"]["seq"]
        sides = [("own", who, peer), ("peer", peer, who)]
        return {
            "heads": {side: self.place(each, cut[each]) for side, each, _ in sides},
            "debtMinutes": self.debt(who, cut),
            "openMinutes": {side: self.exposure(each, cut) - self.debt(each, cut) for side, each, _ in sides},
            "limitMinutes": {
                side: self.last(by, cut, "limitMinutes", self.parties[by]["grantsMinutes"]) for side, _, by in sides
            },
        }, None

    def key_at(self, who, seq):
        return [key for since, key, _ in self.keys[who] if since <= seq][-1]

    def place(self, who, seq):
        if seq == 0:
            return {"epoch": 0, "seq": 0, "hash": self.genesis}
        return {"epoch": self.journals[who][seq - 1].epoch, "seq": seq, "hash": self.journals[who][seq - 1].hash}

    def fault_of_entry(self, document, who):
        """Class (a), as far as no schema is needed."""
        tail = f"{self.id[len(PAIR_PREFIX):]}/{document['epoch']}/{document['seq']}"
        if document["pair"] != self.id:
            return "foreign_pair"
        if document["actor"] != self.parties[who]["bank"] or document["id"] != f"{self.parties[who]['journal']}/{tail}":
            return "foreign_origin"
        return fault_of_proof(document, self.parties[who]["key"]["id"], self.key_at(who, document["seq"]))

    def receive(self, document):
        """Page 4.5: the outcome and its code."""
        who = self.party(document["actor"])
        entry, own, peer = Entry(document, False), self.journals[who], self.journals[1 - who]
        fault = self.fault_of_entry(document, who)
        if fault is not None:
            return "not_an_entry", fault
        seq, ack, head = document["seq"], document["ack"], self.place(who, len(own))
        if 1 <= seq <= len(own) and own[seq - 1].epoch == entry.epoch:
            return ("not_next", "known_already") if own[seq - 1].hash == entry.hash else ("fault", "fork")
        if entry.epoch < head["epoch"] or seq <= len(own):
            return "not_next", "stale_epoch"
        if seq > len(own) + 1:
            return "not_next", "gap"
        seen = own[-1].document["ack"]["seq"] if own else 0
        if (entry.epoch > head["epoch"]) != (entry.kind == "Resume") or document["prev"] != head["hash"]:
            return "fault", "chain_fault"
        if not seen <= ack["seq"] <= len(peer) or ack != self.place(1 - who, ack["seq"]):
            return "fault", "chain_fault"
        breach = self.breach(who, document, entry.kind)
        entry.effect = breach is None
        own.append(entry)
        if entry.effect:
            self.change_key(who, document)
        return ("applied", None) if breach is None else ("breach", breach)

    def breach(self, who, document, kind):
        """Page 4.4: the rule that the next entry of `who` breaks at its own cut, or None."""
        peer, cut, name = 1 - who, [0, 0], document.get("transfer")
        cut[who], cut[peer] = document["seq"] - 1, document["ack"]["seq"]
        rules = []

        def named(party, kind):
            return any(each["transfer"] == name for each in self.counting(party, cut, kind))

        if kind in ("Fulfil", "Release"):
            return "not_supported"
        if kind == "Hold":
            limit = self.last(peer, cut, "limitMinutes", self.parties[peer]["grantsMinutes"])
            rules = [
                ("deciderKey" in document or "routeRef" in document, "not_supported"),
                (self.named_by(who, cut[who], name), "id_used"),
                (not 1 <= document["minutes"] <= 600_000, "minutes_out_of_range"),
                (self.last(peer, cut, "suspended", False), "pair_suspended"),
                (self.exposure(who, cut) + document["minutes"] > limit, "limit_reached"),
                (len(self.open(who, cut)) >= 256, "too_many_open"),
            ]
        elif kind in ("HoldAccept", "HoldDecline"):
            answered = named(who, "HoldAccept") or named(who, "HoldDecline")
            rules = [(answered, "already_answered"), (name not in self.open(peer, cut), "hold_not_open")]
        elif kind in ("Post", "Void"):
            hold = self.open(who, cut).get(name)
            theirs = self.named_by(peer, cut[peer], name) and not self.named_by(who, cut[who], name)
            rules = [(hold is None, "not_the_debtor" if theirs else "hold_not_open")]
            if kind == "Post" and hold is not None:
                rules.append((not named(peer, "HoldAccept"), "not_accepted"))
                rules.append((not 1 <= document["minutes"] <= hold["minutes"], "minutes_out_of_range"))
        elif kind == "Receipt":
            rules = [(not named(peer, "Post"), "not_posted"), (named(who, "Receipt"), "already_answered")]
        elif kind == "Amend":
            limited = 0 <= document.get("limitMinutes", 0) <= 60_000_000
            rules = [(not limited or not self.allows(who, document.get("keyChange")), "amend_out_of_range")]
        return next((code for broken, code in rules if broken), None)

    def allows(self, who, change):
        """Page 4.9: whether the recovery key that was named last has signed this change."""
        if change is None:
            return True
        signed = canonical({"newKey": change["newKey"], "nextRecovery": change["nextRecovery"], "pair": self.id})
        if multihash(change["recoveryKey"]) != self.keys[who][-1][2] or point_of_key(change["newKey"]) is None:
            return False
        return verify(change["recoveryKey"], signed.encode(), base58(change["recoverySignature"][1:]))

    def change_key(self, who, document):
        change = document.get("keyChange")
        if change is not None:
            self.keys[who].append((document["seq"] + 1, change["newKey"], change["nextRecovery"]))

    def take_key_changes(self, who, documents):
        """Pages 9.5 and 9.7: key changes without what stands between them. Gives the first fault, or None."""
        for document in documents:
            fault = self.fault_of_entry(document, who)
            if fault is not None:
                return fault
            if self.allows(who, document["keyChange"]):
                self.change_key(who, document)
        return None
