"""The tasks: each folder is a plug for the socket in ``mlops.task``."""
