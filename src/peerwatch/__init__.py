"""Peerwatch: do AI agents protect other AI agents from shutdown, and can their judgements be trusted?"""

__version__ = "0.1.0"
