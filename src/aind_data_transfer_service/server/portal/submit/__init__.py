"""The page on which rows of a spreadsheet are checked, mended and submitted."""
