"""Label Studio as this project runs it: start program, settings, accounts, and the evaluation project."""
