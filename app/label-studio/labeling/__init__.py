"""Label Studio as this project runs it: start program, settings, accounts, evaluation project."""
