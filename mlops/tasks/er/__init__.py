"""Entity resolution: is this pair of records the same entity?"""
