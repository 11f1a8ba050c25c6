"""Claims: will a claim be granted?"""
