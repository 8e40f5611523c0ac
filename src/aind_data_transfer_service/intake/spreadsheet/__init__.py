"""Requests as spreadsheets."""
