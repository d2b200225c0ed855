"""Answers in words and digits: sentences, checks, advice."""
