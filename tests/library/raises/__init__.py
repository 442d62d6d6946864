"""What the library's public docstrings promise to raise, room by room: for each function or class its errors, as they are had.

A module's TABLE is {function or class: [(error, pattern of its message, call)]}; test_raises.py goes through all of them.
"""
