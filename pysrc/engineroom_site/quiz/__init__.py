"""Where environments that were set up earlier look for the questions' plugin; `make setup` makes them look in engineroom_quiz."""
