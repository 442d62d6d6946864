"""Tokenizers: text in, numbers out. One algorithm per module."""
