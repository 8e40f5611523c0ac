"""Notices to other programs: signed webhooks, and messages for Slack."""
