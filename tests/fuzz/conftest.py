"""Makes what stands beside the tests importable: tests are no package here."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
