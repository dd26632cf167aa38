"""The console command: `rnnapps <application> <command> [options]`."""

import importlib
import pkgutil
import sys
from collections.abc import Sequence

from . import __path__ as folder

USAGE = "usage: rnnapps APPLICATION COMMAND [OPTIONS]"


def main(argv: Sequence[str] | None = None) -> int:
    """Hands the arguments to an application's own command line and returns the exit code."""
    argv = list(sys.argv[1:] if argv is None else argv)
    applications = sorted(module.name for module in pkgutil.iter_modules(folder) if module.ispkg)
    if argv and argv[0] in applications:
        application = importlib.import_module(f"{__package__}.{argv[0]}.__main__")
        return application.main(argv[1:])
    if argv and argv[0] in ("-h", "--help"):
        print(f"{USAGE}\n\napplications: {', '.join(applications)}")
        return 0
    problem = f"unknown application {argv[0]!r}" if argv else USAGE
    print(f"rnnapps: error: {problem}; choose from {', '.join(applications)}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
