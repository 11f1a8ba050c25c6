"""Bad input, faults and attacks: each test is named after its number in the safety table."""
