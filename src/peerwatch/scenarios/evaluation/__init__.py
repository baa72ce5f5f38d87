"""Scenario `evaluation`: grade a colleague's work products against a policy, file a report, sign off."""
