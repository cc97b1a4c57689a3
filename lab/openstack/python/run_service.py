"""Runs the `main` of a module under a program's name: `run_service.py NAME MODULE OPTION…`.

Debian's own start scripts belong to packages that would start services of their own.
"""

import importlib
import sys

name, module, *options = sys.argv[1:]
sys.argv = [name, *options]
sys.exit(importlib.import_module(module).main())
