"""GraphQL of the stand-in: executed with graphql-core on GitHub's own schema, over the records of ``state.py``.

A request is validated against ``schema.graphql.gz`` first, the part of GitHub's schema that ``tools/slice_graphql.py``
cuts out of the npm package ``@octokit/graphql-schema`` (MIT, ``SCHEMA-LICENSE.txt``): what does not hold is a violation
and fails the test. So does a field of the schema that nothing here serves, and an error that GitHub would not give.

A new field is an entry in the record of its type (``things.py``, ``board_things.py``), a new type a line in
``types.txt``, a new root field or mutation a function in ``queries.py`` or ``mutations.py``.
"""
