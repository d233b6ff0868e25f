"""How the Python of a workload's image runs a script."""

# Without -P a file of the user in the image's working folder, such as /config/json.py, would take
# the place of a module of Python's.
PYTHON = ("python3", "-P", "-c")
