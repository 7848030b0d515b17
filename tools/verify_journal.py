"""A verifier of a journal's export that needs only Python: `python tools/verify_journal.py FILE`.

The file is that of `manage.py verify_journal --restaurant N --export FILE`, one document on a line. It prints a line
for each break; the exit status is 0 only if all is right.
"""

import hashlib
import json
import sys
from collections import Counter
from decimal import Decimal


def breaks(rows):
    """Yield a sentence for each break of a chain of documents."""
    position, chain, numbers = 0, "", Counter[str]()
    for row in rows:
        series, _, number = row["number"].rpartition("-")
        if row["position"] != position + 1:
            yield f"document {position + 1} is missing before {row['number']}"
        elif row["previous"] != chain:
            yield f"{row['number']}: does not follow the document before it"
        elif int(number) != numbers[series] + 1:
            yield f"{row['number']}: follows number {numbers[series]} of its series"
        text, total = json.loads(row["payload"]), Decimal(row["total"])
        if hashlib.sha256(f"{row['previous']}\n{row['payload']}".encode()).hexdigest() != row["hash"]:
            yield f"{row['number']}: is altered"
        elif (text["position"], text["number"], Decimal(text["total"])) != (row["position"], row["number"], total):
            yield f"{row['number']}: its row says something else than its text"
        elif sum(Decimal(line["amount"]) for line in text["lines"]) != total:
            yield f"{row['number']}: its lines do not add up to its total"
        position, chain, numbers[series] = row["position"], row["hash"], int(number)
    sys.stdout.write(f"{position} documents {chain}\n")


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        found = list(breaks(map(json.loads, file)))
    sys.stdout.writelines(f"{each}\n" for each in found)
    sys.exit(bool(found))
