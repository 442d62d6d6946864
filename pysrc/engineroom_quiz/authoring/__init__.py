"""What an author writes, for whatever reads it: fenced blocks with their lines, mistakes with file and line, the page, HTML from text.

Below questions and live cells; it knows neither.
"""
