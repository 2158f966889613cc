"""``python -m cdmtheory`` is the command ``cdmtheory``."""

import sys

from cdmtheory.cli import main

sys.exit(main())
