"""CloudTrail, read for unauthorised activity: events as data, patterns, and what was found. It changes nothing.

    report = judge(records, context, coverage)     # records from `lookup` (the API) or `files` (a folder)

Patterns and their severities: `patterns.PATTERNS`. What events are judged against: `context.Context`.
"""
