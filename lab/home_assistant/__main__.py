"""`python -m lab.home_assistant`: makes the root with Home Assistant, so that no test waits."""

from lab.home_assistant.root import root

if __name__ == "__main__":
    print(root())
