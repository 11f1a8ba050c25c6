"""The workflows of this repository, run for real by act on this machine, without Docker and without a network."""
