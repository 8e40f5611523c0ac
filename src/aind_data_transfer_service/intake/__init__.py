"""One validation core: whatever a request came as, it becomes plans or a list of problems."""
