"""The command line's front door: `oncall`, also `python cli.py`."""

from commands.root import main

if __name__ == "__main__":
    main()
