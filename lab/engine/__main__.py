"""`python -m lab.engine`: fetches or builds the engine and its plugins; prints their folders."""

from lab.engine.environment import engine_folders

if __name__ == "__main__":
    print(*engine_folders(), sep="\n")
