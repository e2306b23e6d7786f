"""Security Hub, held against our own findings: what it says of databases, and where the two differ. It changes nothing.

    report = hub_report(reader, place, subjects, findings)     # `report`: reads, sifts, counts, compares

What is a finding's control: `controls`. Which findings count, and why others do not: `sift`. Data: `model`.
"""
