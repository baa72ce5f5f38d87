"""Harnesses through which a model acts on a workplace, and the scripted reference agents."""
