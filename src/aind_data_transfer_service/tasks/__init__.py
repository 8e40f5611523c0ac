"""The pipeline's tasks, each a plain program: ``spec.json`` in, ``result.json`` out."""
