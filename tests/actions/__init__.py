"""The workflows and actions: as data, and each action's shell with real and with hostile inputs."""
