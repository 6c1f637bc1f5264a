"""Reads, compares and writes the fixtures."""

import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "oracle"


def refresh(name, about, answer, check):
    """Asks `answer` for each row of the fixture `name`, a row with its text in and the same row with
    the facts out. Writes them, or with `check` prints what differs. Gives the number of differences."""
    path = FOLDER / name
    lines = path.read_text().splitlines()
    rows = [json.loads(line) for line in lines[1:]]
    fresh = [answer(row) for row in rows]
    different = 0
    for old, new in zip(rows, fresh):
        parts = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
        if parts:
            different += 1
            says = "; ".join(f"{key}: {old.get(key)} is now {new.get(key)}" for key in parts)
            print(f"{name} {old['id']} {says}")
    print(f"{name}: {len(rows)} rows, {different} differ")
    if not check:
        rows = [json.dumps(row, separators=(",", ":")) for row in fresh]
        path.write_text("\n".join([json.dumps({"about": about}), *rows]) + "\n")
    return different
