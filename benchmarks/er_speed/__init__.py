"""How fast the matcher is: pairs per second and core, memory, growth, beside a loop over pairs and other libraries."""
