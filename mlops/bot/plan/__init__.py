"""The repository's settings on GitHub: declared, read, compared, applied, watched.

``desired`` says what ``mlops.toml`` asks for, ``actual`` reads what is there (with a client that cannot write),
``difference`` compares the two (pure), ``applying`` writes what differs and reads back what GitHub kept, ``drifting``
keeps one issue about what differs. One module for each kind of setting knows GitHub's form of it.
"""
