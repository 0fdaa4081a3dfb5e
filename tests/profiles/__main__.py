"""`python -m tests.profiles FOLDER`: write the profile of tests into a new folder."""

import sys
from pathlib import Path

from tests.profiles import write_all_rules

if __name__ == "__main__":
    write_all_rules(Path(sys.argv[1]))
