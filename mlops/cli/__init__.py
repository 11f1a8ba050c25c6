"""The command line: one verb, one file. It alone reads the environment and maps errors to exit codes."""
