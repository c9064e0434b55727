"""An exchange: the logs of both banks, and their fold. Page 6 of the specification.

A log is a list of signed messages. The fold is computed from the beginning each time.
"""
from forms import content, multihash

# Of two messages that crossed, the earlier one in this list counts first; of two alike, that of the side which receives.
CROSSING = [
    "ClaimAccept", "ExchangeWithdraw", "ExchangeReject", "ExchangeAccept", "ExchangeOffer", "ExchangeCounter",
    "Claim", "ClaimReject", "ExchangeCancel", "ClaimUpdate",
]


def kind_of(message):
    return message["type"][1]


def fault_of_step(log, written, message):
    """What a bank that holds `log` and has written this many itself does with a message: outcome and code."""
    n, seen, last = message["n"], message["seen"], len(log)
    if n <= last:
        return ("known", None) if multihash(content(log[n - 1])) == multihash(content(message)) else ("refused", "fork")
    if n != last + 1:
        return "refused", "gap"
    if message.get("prev") != (multihash(content(log[-1])) if log else None):
        return "refused", "chain_fault"
    if log and seen < log[-1]["seen"]:
        return "refused", "chain_fault"
    return ("refused", "gap") if seen > written else ("appended", None)


def in_order(giver, receiver):
    """Both logs as one story: what one had seen came before it, and crossings by CROSSING."""
    giver, receiver, story = list(giver), list(receiver), []
    while giver or receiver:
        if not receiver or (giver and (receiver[0]["seen"] >= giver[0]["n"])):
            first = "giver"
        elif not giver or giver[0]["seen"] >= receiver[0]["n"]:
            first = "receiver"
        else:
            place = {"giver": CROSSING.index(kind_of(giver[0])), "receiver": CROSSING.index(kind_of(receiver[0]))}
            first = "giver" if place["giver"] < place["receiver"] else "receiver"
        story.append((first, (giver if first == "giver" else receiver).pop(0)))
    return story


def fold(giver, receiver):
    """The status that both logs lead to."""
    status, open_by, open_n, changing, recorded = "none", None, 0, False, 0
    for by, message in in_order(giver, receiver):
        kind = kind_of(message)
        answered = message.get("answers") == {"side": open_by, "n": open_n} and by != open_by
        if status == "none" and kind == "ExchangeOffer":
            status, open_by, open_n = "proposed", by, message["n"]
        elif status == "proposed" and kind == "ExchangeAccept" and answered:
            status, open_by = "agreed", None
        elif status == "proposed" and kind == "ExchangeReject" and answered:
            status = "declined"
        elif status == "proposed" and kind == "ExchangeCounter" and by != open_by:
            open_by, open_n = by, message["n"]
        elif status == "proposed" and kind == "ExchangeWithdraw" and by == open_by:
            status = "cancelled"
        elif status == "agreed" and kind == "ExchangeCancel":
            status = "cancelled"
        elif status in ("agreed", "disputed") and kind == "Claim":
            status, open_by, open_n, changing, recorded = "claimed", by, message["n"], False, message["minutes"]
        elif status == "agreed" and kind == "ExchangeCounter" and not (changing and by == open_by):
            open_by, open_n, changing = by, message["n"], True
        elif status == "agreed" and changing and kind in ("ExchangeAccept", "ExchangeReject") and answered:
            open_by, changing = None, False
        elif status == "agreed" and changing and kind == "ExchangeWithdraw" and by == open_by:
            open_by, changing = None, False
        elif status == "claimed" and kind == "ClaimAccept" and answered:
            status = "confirmed"
        elif status == "claimed" and kind == "ClaimReject" and answered:
            status = "disputed"
        elif status == "claimed" and kind == "ClaimUpdate" and by == open_by:
            open_n, recorded = message["n"], message["minutes"]
        elif status == "claimed" and kind == "Claim" and by != open_by:
            given, received = (recorded, message["minutes"]) if by == "receiver" else (message["minutes"], recorded)
            status = "confirmed" if received >= given else "disputed"
    return status
