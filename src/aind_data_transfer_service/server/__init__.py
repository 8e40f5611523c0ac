"""The web server: API V1, API V2 and the portal, all thin."""
