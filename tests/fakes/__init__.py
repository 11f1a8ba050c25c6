"""Stand-ins for what tests cannot have. They live in this folder and nowhere else."""
