"""What people and programs read: text for terminals, JSON with a published schema. It draws; it decides nothing.

Import the modules themselves (`terminal`, `json`): this one loads nothing, so that rich is loaded when it is needed.
"""
