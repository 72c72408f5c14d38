#!/usr/bin/env python3
"""Rebuilds what a disk could hold after the power went, and asks whether anything acknowledged is missing.

A run of the server under strace left a log of every write, sync and rename in the data folder and of every answer it
sent. This program cuts that log at random points. What was synced before the cut is there; what was written but not
synced is dropped, kept as a prefix, kept at random, or torn at a 512-byte edge. Each result must be a whole database
with a whole audit chain that holds every invitation acknowledged before the cut.

usage: power_cut.py START DATA TRACE CUTS PORTICO
"""
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile

start, data, trace, cuts, portico = sys.argv[1:6]
data = os.path.realpath(data)
rnd = random.Random(int(os.environ.get("SEED", "1")))


def unhex(text):
    return bytes(int(x, 16) for x in re.findall(r"\\x([0-9a-f]{2})", text))


def inside(path):
    return path and path.startswith(data + "/")


operations = []  # ("write", path, offset, bytes) | ("truncate", path, size) | ("sync", path) | ("unlink", path) | ("rename", a, b) | ("ack", id)
offsets, unfinished = {}, {}
for line in open(trace, errors="replace"):
    found = re.match(r"(\d+)\s+(.*)", line)
    if not found:
        continue
    pid, line = found[1], found[2]
    if line.endswith("<unfinished ...>"):
        unfinished[pid] = line[:-16]
        continue
    found = re.match(r"<\.\.\. \w+ resumed>(.*)", line)
    if found:
        line = unfinished.pop(pid, "") + found[1]
    found = re.match(r"(\w+)\((.*)\)\s+= (-?\d+)", line)
    if not found or int(found[3]) < 0:
        continue
    call, arguments, result = found[1], found[2].strip(), int(found[3])
    fd = re.match(r"(\d+)<([^>]*)>", arguments)
    path = unhex(fd[2]).decode(errors="replace") if fd else ""
    if path.endswith(" (deleted)"):
        continue
    if call in ("write", "writev", "sendto", "sendmsg") and not inside(path):
        sent = unhex(arguments)
        if b"HTTP/1.1 200" in sent or b"inv_" in sent:
            for one in re.findall(rb'"(inv_[0-9a-f]{32})"', sent):
                operations.append(("ack", one.decode()))
    elif call == "pwrite64" and inside(path):
        parts = re.search(r'"((?:\\x[0-9a-f]{2})*)"(?:\.\.\.)?, \d+, (\d+)$', arguments)
        operations.append(("write", path, int(parts[2]), unhex(parts[1])[:result]))
    elif call == "openat":
        opened = re.search(r"= \d+<([^>]*)>", line)
        opened = unhex(opened[1]).decode(errors="replace") if opened else ""
        if inside(opened):
            offsets[opened] = 0
    elif call == "write" and inside(path):
        parts = re.search(r'"((?:\\x[0-9a-f]{2})*)"', arguments)
        operations.append(("write", path, offsets.get(path, 0), unhex(parts[1])[:result]))
        offsets[path] = offsets.get(path, 0) + result
    elif call == "ftruncate" and inside(path):
        operations.append(("truncate", path, int(arguments.rsplit(",", 1)[1])))
    elif call in ("fsync", "fdatasync") and (inside(path) or path == data):
        operations.append(("sync", path))
    elif call.startswith(("unlink", "rename")):
        paths = [unhex(x).decode(errors="replace") for x in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', arguments)]
        if paths and all(map(inside, paths)):
            operations.append(("unlink", paths[0]) if call.startswith("unlink") else ("rename", paths[0], paths[1]))


def apply(root, chosen):
    for op in chosen:
        path = root + op[1][len(data):]
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if op[0] == "unlink":
            if os.path.exists(path):
                os.unlink(path)
        elif op[0] == "rename":
            target = root + op[2][len(data):]
            os.replace(path, target) if os.path.exists(path) else open(target, "w").close()
        else:
            fd = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            os.pwrite(fd, op[3], op[2]) if op[0] == "write" else os.ftruncate(fd, op[2])
            os.close(fd)


def check(folder, acknowledged):
    # The program looks first: it must be able to open what is left.
    ran = subprocess.run([portico, "verify"], capture_output=True, text=True,
                         env={"PATH": os.environ["PATH"], "DATA_DIR": folder,
                              "DATABASE_URL": f"sqlite://{folder}/portico.db?mode=rwc"})
    if ran.returncode != 0:
        return f"verify: {ran.stdout[-300:]}{ran.stderr[-300:]}"
    db = sqlite3.connect(f"{folder}/portico.db")
    whole = db.execute("PRAGMA integrity_check").fetchone()[0]
    if whole != "ok":
        return whole
    if db.execute("PRAGMA foreign_key_check").fetchone():
        return "a foreign key leads nowhere"
    have = {"inv_" + row[0].hex() for row in db.execute("SELECT id FROM invitations")}
    lost = acknowledged - have
    return f"{len(lost)} of {len(acknowledged)} acknowledged are missing" if lost else None


base = tempfile.mkdtemp(prefix="portico-cut-")
bad = 0
try:
    for number in range(int(cuts)):
        cut = rnd.randrange(1, len(operations) + 1)
        durable, pending, names, acknowledged = [], {}, [], set()
        for op in operations[:cut]:
            if op[0] == "ack":
                acknowledged.add(op[1])
            elif op[0] in ("unlink", "rename"):
                names.append(op)
                if op[0] == "rename":
                    pending[op[2]] = [(x[0], op[2]) + x[2:] for x in pending.pop(op[1], [])]
                else:
                    pending.pop(op[1], None)
            elif op[0] == "sync":
                # Any later sync commits the names, as ext4 does.
                durable += names
                names = []
                durable += pending.pop(op[1], [])
            else:
                pending.setdefault(op[1], []).append(op)
        extra = names[: rnd.randrange(len(names) + 1)]
        for writes in pending.values():
            how = rnd.choice(("none", "prefix", "random"))
            if how == "prefix":
                extra += writes[: rnd.randrange(len(writes) + 1)]
            elif how == "random":
                extra += [op for op in writes if rnd.random() < 0.5]
        if extra and extra[-1][0] == "write" and rnd.random() < 0.5:
            last = extra[-1]
            extra[-1] = last[:3] + (last[3][: 512 * rnd.randrange(len(last[3]) // 512 + 1)],)
        folder = f"{base}/{number}"
        shutil.copytree(start, folder)
        apply(folder, durable + extra)
        wrong = check(folder, acknowledged)
        if wrong:
            bad += 1
            print(f"cut {cut} of {len(operations)}: {wrong}")
        shutil.rmtree(folder)
finally:
    shutil.rmtree(base)
acks = sum(op[0] == "ack" for op in operations)
print(f"{cuts} cuts over {len(operations)} operations, {acks} acknowledged: {bad} bad")
sys.exit(2 if acks == 0 else int(bad > 0))
