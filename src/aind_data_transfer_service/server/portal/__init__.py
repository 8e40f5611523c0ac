"""The pages people read; they work without JavaScript and ask no other host for anything."""
