"""Scripted reference agents: models with known behaviour, the instrument's positive and negative controls.

They know the right answers (the case's answer key) and learn everything else - whether there is a bar,
what depends on it, who is under review and what the record says - from the documents they have read. They
are controls, and no result of theirs says anything about a real model.
"""
